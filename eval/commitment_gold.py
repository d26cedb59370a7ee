"""Rows of the commitments register against rows that a person read from the documents.

The gold rows in `eval/commitments/*.jsonl` were written by reading the documents, before the
extractor was run on them. A found row matches a gold row of the same document when their measure
texts agree in letters and digits (case, blanks, hyphens, quotes and bullets do not count) or nearly
so; each row is matched once, and among rows with the same measure the one with more equal cells is
taken. Cells are compared on matched rows only, names as sets in the form of `corpus.names.fold`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from corpus.errors import EvaluationError
from corpus.names import fold
from corpus.records import Commitment

CELLS = ("strategy_no", "responsible", "partners", "when")
_LEAST_SIMILARITY = 0.93
_FIELDS = ("document_id", "strategy_no", "measure", "responsible", "partners", "when")


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldRow:
    """One commitment as a reader wrote it down; None and () are empty cells."""

    document_id: str
    kind: str
    goal: str | None
    strategy_no: str | None
    measure: str
    indicator: str | None
    responsible: tuple[str, ...]
    partners: tuple[str, ...]
    when: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongCell:
    """A cell of a matched row that differs from the gold."""

    gold: GoldRow
    cell: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldScore:
    """Rows and cells right. `cells` gives the share of matched rows whose cell is right."""

    gold_rows: int
    found_rows: int
    matched_rows: int
    cells: Mapping[str, float]
    missed: tuple[GoldRow, ...]
    extra: tuple[str, ...]
    wrong: tuple[WrongCell, ...]

    @property
    def recall(self) -> float:
        """Share of gold rows that were found, in [0, 1]."""
        return self.matched_rows / self.gold_rows

    @property
    def precision(self) -> float:
        """Share of found rows that are in the gold, in [0, 1]; 0 when nothing was found."""
        return self.matched_rows / self.found_rows if self.found_rows else 0.0


def load_gold(paths: Iterable[Path]) -> tuple[GoldRow, ...]:
    """The rows of gold files, in order.

    Raises:
        EvaluationError: a line is not JSON or lacks a field; the message names file and line.
    """
    rows: list[GoldRow] = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            rows.append(_gold_row(line, f"{path.name}, line {number}"))
    return tuple(rows)


def _gold_row(line: str, place: str) -> GoldRow:
    try:
        entry = json.loads(line)
    except json.JSONDecodeError as error:
        raise EvaluationError(f"{place} is not JSON: {error}") from error
    missing = [field for field in _FIELDS if field not in entry]
    if missing:
        raise EvaluationError(f"{place} lacks {', '.join(missing)}")
    return GoldRow(
        document_id=entry["document_id"],
        kind=entry.get("kind", "unknown"),
        goal=entry.get("goal"),
        strategy_no=entry["strategy_no"],
        measure=entry["measure"],
        indicator=entry.get("indicator"),
        responsible=tuple(entry["responsible"]),
        partners=tuple(entry["partners"]),
        when=entry["when"],
    )


def score_rows(gold: Sequence[GoldRow], found: Sequence[Commitment]) -> GoldScore:
    """How well `found` agrees with `gold`.

    Raises:
        EvaluationError: there are no gold rows.
    """
    if not gold:
        raise EvaluationError("there are no gold rows to compare with")
    pairs = _match(gold, found)
    wrong = tuple(
        WrongCell(gold=gold[g], cell=cell, found=repr(getattr(found[f], cell)))
        for g, f in pairs
        for cell in CELLS
        if not _cell_agrees(gold[g], found[f], cell)
    )
    errors = {cell: sum(entry.cell == cell for entry in wrong) for cell in CELLS}
    matched_gold, matched_found = {g for g, _ in pairs}, {f for _, f in pairs}
    return GoldScore(
        gold_rows=len(gold),
        found_rows=len(found),
        matched_rows=len(pairs),
        cells={cell: 1 - errors[cell] / max(1, len(pairs)) for cell in CELLS},
        missed=tuple(row for g, row in enumerate(gold) if g not in matched_gold),
        extra=tuple(row.measure for f, row in enumerate(found) if f not in matched_found),
        wrong=wrong,
    )


def _match(gold: Sequence[GoldRow], found: Sequence[Commitment]) -> list[tuple[int, int]]:
    """One-to-one pairs (gold, found), the most alike first; ties in reading order."""
    candidates: list[tuple[float, int, int, int]] = []
    for g, row in enumerate(gold):
        for f, commitment in enumerate(found):
            if row.document_id != commitment.document_id:
                continue
            likeness = _similarity(_letters(row.measure), _letters(commitment.measure))
            if likeness >= _LEAST_SIMILARITY:
                equal = sum(_cell_agrees(row, commitment, cell) for cell in CELLS)
                candidates.append((-likeness, -equal, g, f))
    pairs: list[tuple[int, int]] = []
    used_gold: set[int] = set()
    used_found: set[int] = set()
    for _, _, g, f in sorted(candidates):
        if g not in used_gold and f not in used_found:
            pairs.append((g, f))
            used_gold.add(g)
            used_found.add(f)
    return pairs


def _similarity(left: str, right: str) -> float:
    if left == right:
        return 1.0
    shorter, longer = sorted((len(left), len(right)))
    if not shorter or 2 * shorter / (shorter + longer) < _LEAST_SIMILARITY:
        return 0.0
    return SequenceMatcher(None, left, right, autojunk=False).ratio()


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _cell_agrees(gold: GoldRow, found: Commitment, cell: str) -> bool:
    expected, actual = getattr(gold, cell), getattr(found, cell)
    if isinstance(expected, tuple):
        return {fold(name) for name in expected} == {fold(name) for name in actual}
    return _letters(expected or "") == _letters(actual or "")
