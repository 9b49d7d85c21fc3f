"""Step 9. Reads the prompt files of `prompts/` and fills them in.

A file has front matter (`id`, `version`, `description`, `inputs`) and the parts `## system` and
`## user`. `{{name}}` stands for an input. What is filled in is never looked at again: a value that
holds `{{question}}` stays as it is.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.errors import PromptError
from retrieval.errors import SourceError

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_PARTS = re.compile(r"\s*^## system\n(?P<system>.*?)^## user\n(?P<user>.*)\Z", re.M | re.S)


@dataclass(frozen=True, slots=True)
class Messages:
    """A filled-in prompt: what never changes first, so that servers can keep it in their cache."""

    system: str
    user: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file."""

    id: str
    version: int
    description: str
    inputs: tuple[str, ...]
    system: str
    user: str

    @property
    def sha256(self) -> str:
        """Lower-case hex over both parts; changes whenever what is sent could change."""
        return hashlib.sha256(f"{self.system}\0{self.user}".encode()).hexdigest()

    @property
    def label(self) -> str:
        """For the record of an answer: `answer/1 3f2a90c1b2d4`."""
        return f"{self.id}/{self.version} {self.sha256[:12]}"

    def fill(self, **values: str) -> Messages:
        """Put the inputs in.

        Raises:
            PromptError: `values` are not exactly the declared inputs.
        """
        if set(values) != set(self.inputs):
            raise PromptError(
                f"prompt {self.id} takes {', '.join(self.inputs)}, and was given "
                f"{', '.join(sorted(values)) or 'nothing'}"
            )
        system, user = (
            _PLACEHOLDER.sub(lambda match: values[match[1]], part)
            for part in (self.system, self.user)
        )
        return Messages(system, user)


@cache
def load_prompt(prompt_id: str) -> Prompt:
    """The prompt of this id.

    Raises:
        PromptError: there is none, or its file is not in form.
    """
    try:
        text = files("prompts").joinpath(f"{prompt_id}.md").read_text("utf-8")
    except (OSError, ModuleNotFoundError) as error:
        raise PromptError(f"there is no prompt {prompt_id!r}") from error
    prompt = parse_prompt(text, name=f"prompts/{prompt_id}.md")
    if prompt.id != prompt_id:
        raise PromptError(f"prompts/{prompt_id}.md states the id {prompt.id!r}")
    return prompt


def parse_prompt(text: str, *, name: str) -> Prompt:
    """Read a prompt file's text. `name` is for messages.

    Raises:
        PromptError: a field is missing, or inputs that are declared are not those that are used.
    """
    from retrieval.sources.front_matter import split

    try:
        front = split(text)
    except SourceError as error:
        raise PromptError(f"{name} {error}") from error
    fields = front.fields
    for field in ("id", "version", "description", "inputs"):
        if field not in fields:
            raise PromptError(f"{name} has no {field} in its front matter")
    version = str(fields["version"])
    if not version.isdigit():
        raise PromptError(f"{name} has the version {version!r}: a whole number is expected")
    inputs = fields["inputs"]
    if not isinstance(inputs, list) or len(set(map(str, inputs))) != len(inputs):
        raise PromptError(f"{name} must list its inputs once each: [question, passages]")
    parts = _PARTS.match(text[front.body :])
    if parts is None:
        raise PromptError(f"{name} needs a part `## system` and then a part `## user`")
    prompt = Prompt(
        id=str(fields["id"]),
        version=int(version),
        description=str(fields["description"]),
        inputs=tuple(map(str, inputs)),
        system=parts["system"].strip(),
        user=parts["user"].strip(),
    )
    used = set(_PLACEHOLDER.findall(prompt.system + prompt.user))
    if used != set(prompt.inputs):
        raise PromptError(
            f"{name} declares the inputs {', '.join(prompt.inputs)} and uses "
            f"{', '.join(sorted(used)) or 'none'}"
        )
    return prompt
