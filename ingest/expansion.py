"""Questions beside passages, written by a language model (`stifinner ingest --expand`).

For each passage of the served snapshot that has too few: ask the model, keep its reply, judge the
questions by the consistency filter, file what stays. Each step outlives a kill, so a run that was
stopped goes on where it was and loses one reply at most. The snapshot itself is not touched here;
the next ingest takes the filed questions in like any that people wrote.

Source: Nogueira et al. 2019, "Document Expansion by Query Prediction" (doc2query).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from corpus.errors import GenerationError
from corpus.index import SearchIndex
from corpus.records import DocumentId, Passage
from corpus.register import UnitKind
from ingest.question_filter import DropReason, QuestionFilter
from ingest.question_store import QuestionStore

GIVE_UP_AFTER = 3  # passages in a row: then it is the server and not the passage


class Writer(Protocol):
    """Writes the questions that a passage answers."""

    def key(self, passage: Passage) -> str:
        """Names what the model is asked; equal keys get equal replies."""

    def write(self, passage: Passage) -> tuple[str, ...]:
        """The questions; raises GenerationError when the model does not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpansionOutcome:
    """What one run did.

    `short` passages had too few questions: `asked` were put to the model, `cached` had a reply
    already, `failed` got none (`reason` says why the last one did), and the rest was left for
    another run. `written` questions were judged in this run: `kept` of them were filed, the others
    `dropped`. `forgotten` lines of earlier runs were taken out, since their statement is gone.
    """

    short: int
    asked: int
    cached: int
    failed: int
    written: int
    kept: int
    dropped: Mapping[DropReason, int]
    forgotten: int
    reason: str | None
    seconds: float

    @property
    def left(self) -> int:
        """Short passages that were neither asked about nor had a reply."""
        return self.short - self.asked - self.cached

    @property
    def changed(self) -> bool:
        """Whether the file of questions is another than before."""
        return bool(self.kept or self.forgotten)


def expand(
    index: SearchIndex,
    writer: Writer,
    judge: QuestionFilter,
    store: QuestionStore,
    *,
    enough: int,
    limit: int | None,
    on_progress: Callable[[int, int], None],
) -> ExpansionOutcome:
    """Write questions beside the passages of a snapshot that have fewer than `enough`.

    Args:
        index: The opened snapshot.
        writer: Asks the model.
        judge: The consistency filter on the same snapshot.
        store: Where replies and questions are kept.
        enough: Questions with which a passage is passed by.
        limit: Passages to ask about at most; None for all.
        on_progress: Is given the passages done and those to do.
    """
    started = time.monotonic()
    indexed = set(index.register.document_ids())
    forgotten = store.forget_lost(
        lambda name: index.register.text_of(DocumentId(name)) if name in indexed else None
    )
    short = _short_passages(index, enough)
    replied, filed = store.keys(), store.filed()
    new = [(row, passage) for row, passage in short if writer.key(passage) not in replied]
    unfiled = [(row, one) for row, one in short if writer.key(one) in replied - filed]
    to_do = unfiled + new[:limit]
    tally: Counter[str] = Counter()
    dropped: Counter[DropReason] = Counter()
    failures_in_a_row = 0
    reason: str | None = None
    for done, (row, passage) in enumerate(to_do):
        on_progress(done, len(to_do))
        key = writer.key(passage)
        questions = store.reply(key)
        if questions is None:
            try:
                questions = writer.write(passage)
            except GenerationError as exc:
                reason = str(exc)
                tally["failed"] += 1
                failures_in_a_row += 1
                if failures_in_a_row == GIVE_UP_AFTER:
                    break
                continue
            failures_in_a_row = 0
            store.keep_reply(key, questions)
            tally["asked"] += 1
        judged = judge.judge(row, passage, questions)
        store.file_questions(key, passage.document_id, judged.kept)
        tally["written"] += len(questions)
        tally["kept"] += len(judged.kept)
        dropped.update(judged.dropped)
    return ExpansionOutcome(
        short=len(short),
        asked=tally["asked"],
        cached=len(short) - len(new),
        failed=tally["failed"],
        written=tally["written"],
        kept=tally["kept"],
        dropped=dict(dropped),
        forgotten=forgotten,
        reason=reason,
        seconds=time.monotonic() - started,
    )


def _short_passages(index: SearchIndex, enough: int) -> list[tuple[int, Passage]]:
    """Passages with fewer than `enough` questions, by row, in document order."""
    beside = Counter(
        passage
        for _, passage, kind, _ in index.register.unit_table()
        if kind == UnitKind.QUESTION.value
    )
    return [(row, one) for row, one in index.register.all_passages() if beside[row] < enough]
