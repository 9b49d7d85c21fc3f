"""SQuAD files -> training examples and batches: ``[CLS] question [SEP] passage [SEP]``.

Reads the JSON-lines files of the data folder (``DATELINE_EVAL_DATA``), tokenises each paragraph
and question once, mends answer positions, and draws examples. Four kinds of example:

* *answer*: a window of the question's paragraph that holds the answer;
* *sibling*: a window of another paragraph of the same article that shares many words with the
  question and does not contain the answer;
* *gap*: the question's own paragraph with the sentence of the answer taken out;
* *twist*: the question with one name, number or year replaced, one word turned into its opposite
  or the verb negated, over the paragraph that answered the original (after the rule-based
  negatives of Jia and Liang 2017, https://arxiv.org/abs/1707.07328, and Rajpurkar et al. 2018,
  https://arxiv.org/abs/1806.03822).

The last three are taught as "no answer here". Knows nothing of the model.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from tokenizers import Encoding, Tokenizer

from evals.harness.data import default_folder, rows

CLS, SEP = 101, 102
KINDS = {"answer": 0.54, "sibling": 0.20, "gap": 0.10, "twist": 0.16}
WINDOW = (64, 192)  # passage tokens of a window are drawn between these
NARROW = (20, 56)  # and of some windows between these: a sentence, or two
NARROW_SHARE = 0.4
QUESTION_TOKENS = 48

_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]*[A-Z0-9])")
_NAME = re.compile(r"(?<=\s)[A-Z][\w.'’-]*(?:\s(?:(?:of|the|de|von|and)\s)?[A-Z][\w.'’-]*)*")
_YEAR = re.compile(r"\b1\d{3}\b|\b20\d{2}\b")
_NUMBER = re.compile(r"\b\d[\d,.]*\b")
_OPPOSITES = [
    pair.split("/")
    for pair in (
        "first/last before/after north/south northern/southern east/west eastern/western "
        "largest/smallest larger/smaller more/less most/least highest/lowest higher/lower "
        "increase/decrease increased/decreased best/worst oldest/newest early/late began/ended "
        "begin/end start/end started/stopped won/lost win/lose minimum/maximum male/female "
        "men/women public/private old/new big/small major/minor positive/negative above/below "
        "inside/outside good/bad rich/poor long/short high/low son/daughter father/mother "
        "allowed/forbidden accepted/rejected longest/shortest fewer/greater always/never"
    ).split()
]
_NEGATED = {
    verb: f"{verb}n't" for verb in "was were is are did does do could would has had".split()
}
_SWAP = {a: b for pair in _OPPOSITES for a, b in (pair, pair[::-1])}


def records(name: str) -> Iterator[dict]:
    """The records of ``<name>.jsonl.gz`` in the data folder, in file order."""
    return rows(default_folder(), name)


def load_tokenizer(path: Path) -> Tokenizer:
    """The published ``tokenizer.json`` without its own truncation and padding."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A tokenised paragraph.

    Attributes:
        title: the article it belongs to.
        text: as published.
        ids: word-piece ids [T], int32, without special tokens.
        offsets: character offsets [T, 2] of each token in ``text``, half-open.
        sentences: token index at which each sentence starts, ascending, first is 0.
    """

    title: str
    text: str
    ids: np.ndarray
    offsets: np.ndarray
    sentences: list[int]


@dataclass(slots=True)
class Question:
    """A question over one paragraph.

    Attributes:
        key: the published id.
        paragraph: index into the list of paragraphs.
        text: as published.
        ids: word-piece ids, int32, cut at `QUESTION_TOKENS`.
        answers: gold answer texts; empty when the paragraph does not answer.
        span: first and last token (inclusive) of the mended first answer, or None.
        siblings: indexes of the paragraphs that serve as hard negatives, best first.
    """

    key: str
    paragraph: int
    text: str
    ids: np.ndarray
    answers: list[str]
    span: tuple[int, int] | None
    siblings: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Example:
    """One training input: token ids of both halves, answer spans within the passage.

    No spans: the passage does not answer. Several: each is an answer, as in a list.
    """

    question: np.ndarray
    passage: np.ndarray
    spans: tuple[tuple[int, int], ...]

    def __len__(self) -> int:
        return len(self.question) + len(self.passage) + 3


def sentence_starts(text: str) -> list[int]:
    """Character offsets at which sentences start; a plain rule, good enough for windows."""
    return [0, *(match.end() for match in _SENTENCE_END.finditer(text))]


def mend_answer_start(text: str, answer: str, given: int, question: str) -> int:
    """Choose the occurrence of an answer whose sentence shares most words with the question.

    The published files were rebuilt with the *first* occurrence, which is the wrong one for some
    of the 10.8 % of answers that occur more than once.
    """
    pattern = rf"(?<!\w){re.escape(answer)}(?!\w)"
    found = [match.start() for match in re.finditer(pattern, text)]
    if len(found) < 2:
        return found[0] if found else given
    words = {word for word in re.findall(r"\w+", question.lower()) if len(word) > 2}
    bounds = [*sentence_starts(text), len(text) + 1]

    def shared(start: int) -> int:
        index = max(i for i, bound in enumerate(bounds) if bound <= start)
        return len(words & set(re.findall(r"\w+", text[bounds[index] : bounds[index + 1]].lower())))

    return max(found, key=shared)  # the first of equals


def load_squad(name: str, tokenizer: Tokenizer) -> tuple[list[Paragraph], list[Question]]:
    """Tokenise a SQuAD file of the data folder.

    Returns:
        Paragraphs and questions in file order. Questions of a training file whose answer cannot
        be found again as tokens keep ``span=None`` although ``answers`` is not empty.
    """
    published = list(records(name))
    encoded = tokenizer.encode_batch(
        [row["context"] for row in published], add_special_tokens=False
    )
    paragraphs, asked = [], []
    for number, (row, encoding) in enumerate(zip(published, encoded, strict=True)):
        paragraphs.append(tokenised(row["title"], row["context"], encoding))
        asked.extend((number, qa) for qa in row["qas"])
    texts = [qa["question"].strip() for _, qa in asked]
    encoded = tokenizer.encode_batch(texts, add_special_tokens=False)
    questions = []
    for (number, qa), text, encoding in zip(asked, texts, encoded, strict=True):
        answers = [answer["text"] for answer in qa["answers"]]
        span = None
        if answers:
            first = qa["answers"][0]
            context = paragraphs[number].text
            start = mend_answer_start(context, first["text"], first["answer_start"], text)
            span = token_span(paragraphs[number].offsets, start, start + len(first["text"]))
        ids = np.array(encoding.ids[:QUESTION_TOKENS], np.int32)
        questions.append(Question(qa["id"], number, text, ids, answers, span))
    return paragraphs, questions


def tokenised(title: str, text: str, encoding: Encoding) -> Paragraph:
    """A text and its tokens as a `Paragraph`."""
    offsets = np.array(encoding.offsets, np.int32).reshape(-1, 2)
    starts = np.searchsorted(offsets[:, 0], sentence_starts(text))
    sentences = sorted({int(start) for start in starts if start < len(offsets)})
    return Paragraph(title, text, np.array(encoding.ids, np.int32), offsets, sentences)


def token_span(offsets: np.ndarray, start: int, end: int) -> tuple[int, int] | None:
    """First and last token (inclusive) that overlap the characters ``[start, end)``."""
    inside = np.flatnonzero((offsets[:, 1] > start) & (offsets[:, 0] < end))
    return (int(inside[0]), int(inside[-1])) if len(inside) else None


def find_siblings(paragraphs: list[Paragraph], questions: list[Question], *, keep: int = 4) -> None:
    """Fill `Question.siblings` with same-article paragraphs of highest tf-idf overlap.

    Paragraphs that contain the answer's text, in any case, are left out.
    """
    vocabulary = 30522
    frequency = np.ones(vocabulary)
    for paragraph in paragraphs:
        frequency[np.unique(paragraph.ids)] += 1
    weight = np.log(len(paragraphs) / frequency).clip(0)
    articles = defaultdict(list)
    for index, paragraph in enumerate(paragraphs):
        articles[paragraph.title].append(index)
    asked = defaultdict(list)
    for question in questions:
        asked[paragraphs[question.paragraph].title].append(question)

    def bag(rows: list[np.ndarray]) -> csr_matrix:
        unique = [np.unique(row) for row in rows]
        lengths = np.cumsum([0, *(len(row) for row in unique)])
        columns = np.concatenate(unique)
        return csr_matrix((weight[columns], columns, lengths), shape=(len(rows), vocabulary))

    for title, members in articles.items():
        if not asked[title]:
            continue
        scores = bag([q.ids for q in asked[title]]) @ bag([paragraphs[m].ids for m in members]).T
        lowered = [paragraphs[member].text.lower() for member in members]
        for question, row in zip(asked[title], scores.toarray(), strict=True):
            needles = [answer.lower() for answer in question.answers]
            for place in np.argsort(-row, kind="stable"):
                if len(question.siblings) == keep:
                    break
                if members[place] == question.paragraph:
                    continue
                if not any(needle in lowered[place] for needle in needles):
                    question.siblings.append(members[place])


Group = list[Example]  # of one draw, of about one length


def under(title: np.ndarray, example: Example) -> Example:
    """An example with the ids of a title put before its passage."""
    shift = len(title)
    spans = tuple((first + shift, last + shift) for first, last in example.spans)
    return Example(example.question, np.concatenate([title, example.passage]), spans)


def batches(groups: list[Group], rng: random.Random, *, tokens: int) -> list[list[Group]]:
    """Batches of similar length in random order; groups stay whole.

    A batch's examples times its longest example does not exceed ``tokens``, unless one group does.
    """
    lengths = [max(map(len, group)) for group in groups]
    order = sorted(range(len(groups)), key=lambda i: (lengths[i], rng.random()))
    made: list[list[Group]] = [[]]
    count = 0
    for i in order:
        if made[-1] and (count + len(groups[i])) * lengths[i] > tokens:
            made.append([])
            count = 0
        made[-1].append(groups[i])
        count += len(groups[i])
    rng.shuffle(made)
    return made


class Drawer:
    """Draws training examples.

    Args:
        paragraphs, questions: from `load_squad`, siblings filled.
        tokenizer: the one they were made with; twisted questions are tokenised anew.
        seed: chunk ``n`` of the stream depends on ``(seed, n)`` alone, so a run can be resumed.
    """

    def __init__(
        self,
        paragraphs: list[Paragraph],
        questions: list[Question],
        tokenizer: Tokenizer,
        *,
        seed: int,
    ) -> None:
        self.paragraphs = paragraphs
        self.questions = [question for question in questions if question.span]
        self.tokenizer = tokenizer
        self.seed = seed
        asked: dict[str, list[str]] = defaultdict(list)
        for question in self.questions:
            asked[paragraphs[question.paragraph].title].append(question.text)
        self._pools = {title: mentions(texts) for title, texts in asked.items()}
        self._titles = {
            title: np.array(
                tokenizer.encode(title.replace("_", " ") + ".", add_special_tokens=False).ids,
                np.int32,
            )
            for title in {paragraph.title for paragraph in paragraphs}
        }

    def groups(self, chunk: int, *, size: int = 4096) -> list[Group]:
        """Chunk ``chunk`` of the stream.

        Args:
            chunk: position in the stream; questions are a fresh permutation every epoch.
            size: questions in a chunk.
        """
        epoch, place = divmod(chunk, -(-len(self.questions) // size))
        order = np.random.default_rng((self.seed, epoch)).permutation(len(self.questions))
        rng = random.Random(self.seed * 1_000_003 + chunk)
        kinds = list(KINDS)
        groups: list[Group] = []
        for index in order[place * size : (place + 1) * size]:
            question = self.questions[index]
            kind = rng.choices(kinds, [KINDS[name] for name in kinds])[0]
            budget = rng.randint(*(NARROW if rng.random() < NARROW_SHARE else WINDOW))
            group = [self.draw(question, kind, budget, rng)]
            # Most negatives are accompanied by the answer to the same question.
            if kind != "answer" and rng.random() < 0.6:
                group.append(self.draw(question, "answer", budget, rng))
            groups.append(group)
        return groups

    def draw(self, question: Question, kind: str, budget: int, rng: random.Random) -> Example:
        """One example of a kind, half of them under their article's title, as news is read."""
        example = self._draw(question, kind, budget, rng)
        if rng.random() < 0.5:
            return example
        return under(self._titles[self.paragraphs[question.paragraph].title], example)

    def _draw(self, question: Question, kind: str, budget: int, rng: random.Random) -> Example:
        """One example of a kind; a kind that does not apply falls back to *sibling*, *answer*."""
        paragraph = self.paragraphs[question.paragraph]
        if kind == "gap":
            rest = self._without_answer(question)
            if rest is not None:
                return Example(question.ids, rest[: max(budget, 24)], ())
            kind = "sibling"
        if kind == "twist":
            twisted = self._twist(question, rng)
            if twisted is not None:
                low, high = window(paragraph, question.span, budget, rng)
                return Example(twisted, paragraph.ids[low:high], ())
            kind = "sibling"
        if kind == "sibling" and question.siblings:
            other = self.paragraphs[rng.choice(question.siblings)]
            anchor = self._closest_token(other, question) if rng.random() < 0.7 else None
            place = anchor if anchor is not None else rng.randrange(len(other.ids))
            low, high = window(other, (place, place), budget, rng)
            return Example(question.ids, other.ids[low:high], ())
        low, high = window(paragraph, question.span, budget, rng)
        start, end = question.span
        return Example(question.ids, paragraph.ids[low:high], ((start - low, end - low),))

    def _without_answer(self, question: Question) -> np.ndarray | None:
        paragraph = self.paragraphs[question.paragraph]
        bounds = [*paragraph.sentences, len(paragraph.ids)]
        start, end = question.span
        keep = [(low, high) for low, high in pairwise(bounds) if high <= start or low > end]
        if not keep:
            return None
        text = " ".join(
            paragraph.text[paragraph.offsets[low, 0] : paragraph.offsets[high - 1, 1]]
            for low, high in keep
        ).lower()
        if any(answer.lower() in text for answer in question.answers):
            return None
        return np.concatenate([paragraph.ids[low:high] for low, high in keep])

    @staticmethod
    def _closest_token(paragraph: Paragraph, question: Question) -> int | None:
        wanted = np.isin(paragraph.ids, question.ids[question.ids > 3000])
        places = np.flatnonzero(wanted)
        return int(places[len(places) // 2]) if len(places) else None

    def _twist(self, question: Question, rng: random.Random) -> np.ndarray | None:
        paragraph = self.paragraphs[question.paragraph]
        pools = self._pools[paragraph.title]
        twisted = twist(question.text, pools, paragraph.text, question.answers[0], rng)
        return twisted and question_ids(self.tokenizer, twisted)


def question_ids(tokenizer: Tokenizer, text: str) -> np.ndarray:
    """Word-piece ids of a question, int32, cut at `QUESTION_TOKENS`."""
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    return np.array(ids[:QUESTION_TOKENS], np.int32)


def mentions(texts: list[str]) -> dict[str, list[str]]:
    """Names, years and numbers that the texts mention, each once and sorted."""
    pool: dict[str, set[str]] = {}
    for kind, pattern in (("name", _NAME), ("year", _YEAR), ("number", _NUMBER)):
        found = (match for text in texts for match in pattern.findall(text))
        bare = (match.removesuffix("'s").rstrip(".'’") for match in found)
        pool[kind] = {name for name in bare if len(name) > 1}
    return {kind: sorted(found) for kind, found in pool.items()}


def twist(
    text: str, pools: dict[str, list[str]], paragraph: str, answer: str, rng: random.Random
) -> str | None:
    """A question made to ask for something else, or None where nothing can be changed.

    Args:
        text: the question.
        pools: `mentions` of the article, to replace from.
        paragraph: what answers the question; its names are the harder traps.
        answer: no name out of the answer is put into the question.
    """
    choices: list[tuple[int, int, str]] = []
    for match in re.finditer(r"[a-z]+", text):
        if match.group() in _SWAP:
            choices.append((*match.span(), _SWAP[match.group()]))
        elif match.group() in _NEGATED and rng.random() < 0.2:
            choices.append((*match.span(), _NEGATED[match.group()]))
    for kind, pattern in (("name", _NAME), ("year", _YEAR), ("number", _NUMBER)):
        for match in pattern.finditer(text):
            said = match.group().lower()
            near = [name for name in pools[kind] if name in paragraph and name not in text]
            others = [
                other
                for other in (near if near and rng.random() < 0.6 else pools[kind])
                if other.lower() not in said and said not in other.lower() and other not in answer
            ]
            if others:
                choices.append((*match.span(), rng.choice(others)))
    if not choices:
        return None
    start, end, replacement = rng.choice(choices)
    return text[:start] + replacement + text[end:]


def window(
    paragraph: Paragraph, span: tuple[int, int], budget: int, rng: random.Random
) -> tuple[int, int]:
    """Token bounds ``[low, high)`` of whole sentences around ``span``, at most ``budget`` tokens.

    Sentences are added to the left or right at random until none fits. When the sentence of the
    span alone is over budget, it is cut around the span.
    """
    bounds = [*paragraph.sentences, len(paragraph.ids)]
    left = int(np.searchsorted(bounds, span[0], side="right")) - 1
    right = int(np.searchsorted(bounds, span[1], side="right"))
    if bounds[right] - bounds[left] > budget:
        room = max(0, budget - (span[1] - span[0] + 1))
        low = max(bounds[left], span[0] - rng.randint(0, room))
        return low, min(bounds[right], max(low + budget, span[1] + 1))
    while True:
        fits = []
        if left > 0 and bounds[right] - bounds[left - 1] <= budget:
            fits.append("left")
        if right < len(bounds) - 1 and bounds[right + 1] - bounds[left] <= budget:
            fits.append("right")
        if not fits:
            return bounds[left], bounds[right]
        if rng.choice(fits) == "left":
            left -= 1
        else:
            right += 1


def collate(
    pairs: list[tuple[np.ndarray, np.ndarray]],
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pad (question ids, passage ids) pairs to one batch.

    Returns:
        ``input_ids``, ``attention_mask``, ``token_type_ids``, each int64 [B, S], and the index
        [B] of the first passage token in each row.
    """
    length = max(len(question) + len(passage) + 3 for question, passage in pairs)
    ids, mask, types = (np.zeros((len(pairs), length), np.int64) for _ in range(3))
    first = np.zeros(len(pairs), np.int64)
    for row, (question, passage) in enumerate(pairs):
        sequence = [CLS, *question, SEP, *passage, SEP]
        first[row] = len(question) + 2
        ids[row, : len(sequence)] = sequence
        mask[row, : len(sequence)] = 1
        types[row, first[row] : len(sequence)] = 1
    return ids, mask, types, first
