"""Step 8. The rules for follow-ups. The first that applies makes the question. English. Pure.

1. more      "Tell me more"           the last question again
2. other     "And who else?"          the last question, for what else there is
3. swap      "What about Canada?"     the last question, with this in place of its like
4. ellipsis  "Why did they?"          the last question's statement, under this question word
5. pronouns  "Was he sentenced?"      what they stand for, in their place
6. part      "How long was the sentence?"   under a heading: what the talk is about
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.question.form import Form, negated, parse
from bot.question.leaning import dangling, is_bare, is_part
from bot.question.mentions import Kind, Mention, kind_of, mentions
from bot.question.pronouns import replaced
from bot.question.turns import Topic, is_subject
from bot.question.words import (
    AUXILIARIES,
    PERSON_PRONOUNS,
    PLURAL_PRONOUNS,
    PREPOSITIONS,
    WH,
    naming,
    tokens,
)
from bot.support.words import stem

_MORE = re.compile(r"(?:please )?(?:tell me )?(?:some )?more\b.{0,20}$|go on$", re.IGNORECASE)
_OTHER = re.compile(
    r"(?P<wh>who|what|which|where|when|how many|any(?:one|body|thing)?)? ?(?:(?:were|was|are) )?"
    r"(?:the )?(?:else|others?)\b(?P<tail>.*)$",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"(?:what|how) (?:about|of) (?P<what>.+)$", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_MANY = re.compile(r"how (?:many|much)\b", re.IGNORECASE)
_SAY = frozenset("say said says".split())
_MOST_OF_ONE_TOPIC = 3  # naming words; a question with more has a topic of its own


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question without its mark; whether an "and" stood before it; and what it follows."""

    text: str
    conjunction: bool
    topic: Topic

    @property
    def has_name(self) -> bool:
        """Whether it has a name."""
        return any(mention.is_name for mention in mentions(self.text))

    @property
    def form(self) -> Form | None:
        """The form of the question before it."""
        return parse(self.topic.last)


def rewrite(follow_up: FollowUp) -> str | None:
    """The question that stands alone, without its mark; None if `follow_up` does."""
    rules = (_more, _other, _swap, _ellipsis, _pronouns, _part)
    text = next((text for rule in rules if (text := rule(follow_up))), None)
    heading = follow_up.topic.heading
    if text is None or not heading:
        return text
    kept = {word.bare for word in tokens(text)}
    carried = any(word.bare in kept for word in naming(tokens(heading)))
    return text if carried else _after(heading, text)


def _more(follow_up: FollowUp) -> str | None:
    asks = _MORE.match(follow_up.text) and not follow_up.has_name
    return follow_up.topic.last if asks else None


def _other(follow_up: FollowUp) -> str | None:
    match = _OTHER.match(follow_up.text)
    if match is None or follow_up.has_name:
        return None
    topic, form = follow_up.topic, follow_up.form
    asked = {stem(word.bare) for word in tokens(topic.last)}
    if any(stem(word.bare) not in asked for word in naming(tokens(match["tail"]))):
        return _headed(follow_up)
    wh = (match["wh"] or "who").lower()
    if form is not None:
        asks_likewise = form.noun or form.wh.lower().startswith(wh)
        if form.wh and (asks_likewise or (wh == "who" and form.asks_subject)):
            return form.other()
        first = next((m for m in mentions(form.rest) if m.start == 0), None)
        if wh.startswith(("who", "any")) and first and form.auxiliary:
            return f"Who else {form.auxiliary.lower()} {form.rest[first.end :].strip()}"
    return _after(topic.last, follow_up.text)


def _swap(follow_up: FollowUp) -> str | None:
    about = _ABOUT.match(follow_up.text)
    words = tokens(follow_up.text)
    asks = bool(words) and (
        words[0].low in WH | AUXILIARIES
        or (words[0].low in PREPOSITIONS and len(words) > 1 and words[1].low in WH)
    )
    if about is None and (asks or not follow_up.conjunction):
        return None
    what = about["what"].strip() if about else follow_up.text
    topic = follow_up.topic
    last = topic.last.partition(": what about ")[0]  # one of these at a time
    if len(naming(tokens(what))) > _MOST_OF_ONE_TOPIC:
        return None
    if (year := _YEAR.search(what)) and len(naming(tokens(what))) == 1:
        then = _YEAR.search(last)
        return _put(last, then.span(), year[0]) if then else f"{last} in {year[0]}"
    if dangling(what):
        what = replaced(what, topic) or what
    new = next((m for m in mentions(f"and {what}") if not m.inner), None)
    like = _like(new.kind if new else kind_of(what), what, follow_up)
    if like is not None:
        return _put(last, (like.start, like.end), new.text if new else what)
    return _after(last, f"what about {what}")


def _like(kind: Kind, what: str, follow_up: FollowUp) -> Mention | None:
    """The mention in the last question that something of this kind takes the place of."""
    last = follow_up.topic.last
    found = [m for m in mentions(last) if m.text.lower() not in what.lower()]
    like = [m for m in found if m.kind is kind and kind is not Kind.THING]
    place = re.match(r"(?:in|at|from)\b", what)
    if kind is Kind.NAME and not place:  # it may be of any kind: the subject is likeliest
        like = [m for m in found if m.is_name and is_subject(last, m)]
    elif kind is Kind.NAME:
        like = [m for m in found if m.is_name]
    if place is not None:
        like = [m for m in like if last[: m.start].endswith(f"{place[0].lower()} ")] or like
    return like[0] if like else None


def _ellipsis(follow_up: FollowUp) -> str | None:
    asked, form = follow_up.text, follow_up.form
    low = [word.low for word in tokens(asked)]
    # "By how many votes?" is a question word with its noun, and no verb.
    bare = is_bare(asked)
    phrase = not bare and bool(WH & set(low[:2])) and parse(asked) is None
    phrase = phrase and len(naming(tokens(asked))) <= 2
    if follow_up.has_name or not (bare or phrase):
        return None
    if form is None:
        return _headed(follow_up)
    if _SAY & set(low) and (PERSON_PRONOUNS | PLURAL_PRONOUNS) & set(low):
        return _said(follow_up, form)
    if (many := _MANY.match(asked)) and (bare or len(low) == 2):
        return f"{many[0]} {form.noun or 'people'} {form.predicate}" if form.asks_subject else None
    return _under(follow_up, form.statement(follow_up.topic.answers()), phrase=phrase)


def _under(follow_up: FollowUp, statement: str, *, phrase: bool) -> str:
    """The last question's statement under the question word of `follow_up`."""
    asked = follow_up.text
    words = tokens(asked)
    wh = next((word for word in words[:2] if word.low in WH), None)
    if wh is None:
        yes_or_no = bool(words) and words[0].low in AUXILIARIES
        return statement if yes_or_no else _after(follow_up.topic.last, asked)
    if phrase and (wh.start or len(words) > 2):
        return f"{asked} {statement}"
    if wh.low in {"why", "when", "where", "how"}:
        negative = len(words) > 1 and words[1].low == "not"
        return f"{asked[: wh.end]} {negated(statement) if negative else statement}"
    return _after(follow_up.topic.last, asked)


def _said(follow_up: FollowUp, form: Form) -> str | None:
    """ "What did he say?" after a question that was not on him alone: he, and on what."""
    asked = follow_up.text
    if any(word.low == "about" for word in tokens(asked)):
        return None
    text = replaced(asked, follow_up.topic, keep=frozenset({"that", "it", "this", "so"}))
    if text is None:
        return None
    thing = follow_up.topic.thing(but=text)
    return f"{text} about {thing}" if thing and not form.rest.endswith(" say") else text


def _pronouns(follow_up: FollowUp) -> str | None:
    if not dangling(follow_up.text):
        return None
    own = naming(tokens(follow_up.text))
    if len(own) > _MOST_OF_ONE_TOPIC and not follow_up.topic.knows(word.bare for word in own):
        return None
    form = follow_up.form
    text = replaced(follow_up.text, follow_up.topic)
    if text is None:
        return _headed(follow_up)
    many = re.match(r"how many (?=(\w+))", text, re.IGNORECASE)
    if many and many[1].lower() in AUXILIARIES and form is not None and form.noun:
        return f"{many[0]}{form.noun} {text[many.end() :]}"  # "How many did they win?"
    return text


def _part(follow_up: FollowUp) -> str | None:
    if follow_up.has_name or not is_part(follow_up.text, follow_up.topic):
        return None
    for mention in mentions(follow_up.text):
        if whole := follow_up.topic.whole(mention.text):  # "the strike": "the dock strike"
            return _put(follow_up.text, (mention.start, mention.end), whole)
    return _headed(follow_up)


# -- plumbing ------------------------------------------------------------------------------------


def _headed(follow_up: FollowUp) -> str:
    """The question under a heading: "Gideon Marlock: how long was the sentence"."""
    about = " and ".join(follow_up.topic.about(but=follow_up.text))
    return _after(about or follow_up.topic.last, follow_up.text)


def _after(before: str, asked: str) -> str:
    first = next(iter(tokens(asked)), None)
    plain = first is not None and not first.start and first.low in WH | AUXILIARIES
    return f"{before}: {asked[:1].lower() + asked[1:] if plain else asked}"


def _put(text: str, span: tuple[int, int], new: str) -> str:
    return text[: span[0]] + new + text[span[1] :]
