"""The questions that the shipped weights are fitted on, and indexes in which none meets itself.

They are the dev reference questions (never the test split) and eval/tuning, written for this alone
from the documents. Most answerable ones of eval/tuning also stand beside passages in the shipped
index (corpus/expansions/asked.jsonl). So they are put in folds: a fold is asked of an index made
without its own questions. A misspelt question is in the fold of the question it was made of.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.build import Assistant, open_assistant
from assistant.settings import AssistantSettings
from corpus.analysis import split_words
from corpus.expansions import BUNDLED_EXPANSIONS
from corpus.records import DocumentId
from corpus.settings import CorpusSettings, read_settings
from eval.matching import find_quote
from eval.norquad import load_norquad
from eval.reference import Split, load_questions
from eval.stifinner import write_sources

TUNING = Path(__file__).parent / "tuning"
FOLDS = 2
HELD_OF_TEN = 2
FOREIGN = 150  # NorQuAD questions taken as ones that no document answers
ASCII_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
TYPO_LETTERS = 5  # a shorter word becomes another word
TYPOS_EVERY = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the document spans that answer it; none when no document does.

    `original` is the question as first written, of which `text` may be a misspelt form. `foreign`
    marks one that is about nothing in the collection.
    """

    text: str
    history: tuple[str, ...]
    spans: tuple[tuple[str, int, int], ...]
    original: str
    foreign: bool = False

    def answered_by(self, document_id: str, start: int, end: int) -> bool:
        """Whether a stretch of a document overlaps one of the spans."""
        return any(
            document_id == document and start < ends and begins < end
            for document, begins, ends in self.spans
        )


def own_questions(assistant: Assistant) -> list[Asked]:
    """The dev reference questions and those of eval/tuning, with the spans of their gold quotes."""
    asked = []
    for question in load_questions([TUNING.parent / "reference"], Split.DEV):
        gold = [(one.document_id, one.quote) for one in question.gold]
        asked.append(_asked(question.question, question.history, gold, assistant))
    for path in sorted(TUNING.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            gold = [(DocumentId(one["document_id"]), one["quote"]) for one in record["gold"]]
            asked.append(_asked(record["question"], record["history"], gold, assistant))
    return [one for one in asked if one is not None]


def _asked(
    text: str,
    history: Sequence[str],
    gold: Sequence[tuple[DocumentId, str]],
    assistant: Assistant,
) -> Asked | None:
    """None for an answerable question whose gold is no longer found."""
    spans = []
    for document_id, quote in gold:
        span = find_quote(assistant.library.text(document_id), quote)
        if span is not None:
            spans.append((str(document_id), *span))
    return Asked(text, tuple(history), tuple(spans), text) if spans or not gold else None


def with_typos(questions: Sequence[Asked]) -> list[Asked]:
    """Every third question once more, misspelt: a typo must not look like a missing answer."""
    return [
        replace(one, text=misspelt(one.text, seed))
        for seed, one in enumerate(questions[::TYPOS_EVERY])
    ]


def misspelt(text: str, seed: int) -> str:
    """A question typed in haste: one to three longer words lack, swap or double a letter.

    Half of them are in small letters without a question mark, half write å as aa.
    """
    rng = random.Random(seed)
    if rng.random() < 0.5:
        text = text.rstrip(" ?").lower()
    if rng.random() < 0.5:
        text = text.translate(ASCII_LETTERS)
    words = text.split(" ")
    long = [n for n, word in enumerate(words) if sum(map(str.isalpha, word)) >= TYPO_LETTERS]
    for n in rng.sample(long, min(len(long), rng.randint(1, 3))):
        word = words[n]
        at = rng.choice([m for m in range(1, len(word) - 1) if word[m : m + 2].isalpha()] or [1])
        changed = (
            word[:at] + word[at + 1 :],
            word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
            word[:at] + word[at] + word[at:],
        )
        words[n] = rng.choice(changed)
    return " ".join(words)


def foreign_questions(norquad: Path) -> list[Asked]:
    """NorQuAD train questions: about anything, so answered by none of the bundled documents."""
    questions = load_norquad(norquad, "train").questions
    return [
        Asked(one.question, (), (), one.question, foreign=True)
        for one in questions[:: len(questions) // FOREIGN]
    ]


def norquad_questions(norquad: Path, assistant: Assistant) -> list[Asked]:
    """NorQuAD train questions with their answers' spans, for an index of its documents."""
    loaded = load_norquad(norquad, "train")
    source = {document.id: document.text for document in loaded.documents}
    asked = []
    for one in loaded.questions:
        stored = assistant.library.text(DocumentId(one.document_id))
        spans = [
            (one.document_id, *span)
            for start, end in one.spans
            if (span := _moved(source[one.document_id], stored, start, end)) is not None
        ]
        if spans:
            asked.append(Asked(one.question, (), tuple(spans), one.question))
    return asked


def _moved(source: str, stored: str, start: int, end: int) -> tuple[int, int] | None:
    """Where a span of the source stands in the stored text: the same occurrence of its words."""
    words = source[start:end]
    at = -1
    for _ in range(source.count(words, 0, start) + 1):
        at = stored.find(words, at + 1)
        if at < 0:
            return None
    return at, at + len(words)


def fold_of(questions: Sequence[Asked], number: int) -> list[Asked]:
    """The questions of one of the FOLDS."""
    originals = list(dict.fromkeys(one.original for one in questions))
    own = set(originals[number::FOLDS])
    return [one for one in questions if one.original in own]


def is_held(question: Asked) -> bool:
    """Whether the reader is not trained on a question, so that its word can be weighed by it."""
    return zlib.crc32(question.original.encode()) % 10 < HELD_OF_TEN


@contextmanager
def apart(questions: Sequence[Asked], home: Path) -> Iterator[Assistant]:
    """An assistant on the bundled documents whose index has none of the questions in it."""
    folder = home / "expansions-apart"
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(BUNDLED_EXPANSIONS.glob("*.jsonl")):
        lines = without_asked(path.read_text(encoding="utf-8"), questions)
        (folder / path.name).write_text(lines, encoding="utf-8")
    with opened(str(folder), home) as assistant:
        yield assistant


def without_asked(lines: str, questions: Sequence[Asked]) -> str:
    """The lines of an expansions file less the questions that are asked, whatever their signs."""
    left_out = {_comparable(one.original) for one in questions}
    kept = []
    for line in lines.splitlines():
        record = json.loads(line)
        others = [one for one in record["questions"] if _comparable(one) not in left_out]
        if others:
            kept.append(json.dumps({**record, "questions": others}, ensure_ascii=False) + "\n")
    return "".join(kept)


@contextmanager
def opened(expansions: str, home: Path, norquad: Path | None = None) -> Iterator[Assistant]:
    """An assistant on an index with such expansions, of the bundled documents or of NorQuAD's."""
    environment = {**os.environ, "STIFINNER_HOME": str(home), "STIFINNER_EXPANSIONS": expansions}
    sources: list[str] = []
    if norquad is not None:
        folder = home / "sources"
        folder.mkdir(parents=True, exist_ok=True)
        documents = load_norquad(norquad, "train").documents
        write_sources(folder, [document.to_source() for document in documents])
        sources = [str(folder)]
    command = [sys.executable, "-m", "assistant", "ingest", *sources]
    subprocess.run(command, env=environment, check=True, stdout=sys.stderr)
    settings = read_settings(CorpusSettings, home=home, expansions=expansions)
    assistant = open_assistant(settings, read_settings(AssistantSettings))
    try:
        yield assistant
    finally:
        assistant.close()


def _comparable(question: str) -> str:
    return " ".join(split_words(question))
