"""What people note of commitments (open, done, dropped), kept in the home's `user.sqlite`.

Notes stand apart from the extracted rows, so no ingest can lose them, and are only ever added: the
newest of a commitment says how it stands, the older ones how it came there. A note is found again
by the id of its commitment. When the text has changed, and the id with it, the notes go to the row
of the same document whose measure is closest: nearly alike under the same strategy number (without
one, of the same actor), or as good as equal elsewhere. Rows that notes name by id are never taken
by others. Notes that fit no row are kept and told apart; they come back when their row does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher
from enum import StrEnum
from pathlib import Path

from corpus.names import fold
from corpus.records import Commitment
from corpus.user_table import UserTable

TABLE = "commitment_note"
COLUMNS = (
    "created TEXT NOT NULL",
    "commitment_id TEXT NOT NULL",
    "document_id TEXT NOT NULL",
    "strategy_no TEXT",
    "measure TEXT NOT NULL",
    "actor TEXT NOT NULL",
    "status TEXT NOT NULL",
    "author TEXT NOT NULL",
    "source TEXT NOT NULL",
)
SAME_STRATEGY = 0.8  # least likeness of two measures under one strategy number
ANY_STRATEGY = 0.95  # the same anywhere in the document


class Status(StrEnum):
    """How a commitment stands, as far as somebody has noted. No note at all means unknown too."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitmentNote:
    """One note. `measure`, `strategy_no` and `actor` are the row's when it was noted.

    `by` and `source` are free text and may be empty; `created` is in UTC.
    """

    id: int
    created: datetime
    commitment_id: str
    document_id: str
    strategy_no: str | None
    measure: str
    actor: str
    status: Status
    by: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """The notes of one row, oldest first. `moved`: found by their text, no longer by the id."""

    notes: tuple[CommitmentNote, ...]
    moved: bool = False

    @property
    def last(self) -> CommitmentNote:
        """The note that says how the commitment stands now."""
        return self.notes[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedNotes:
    """All notes by the id of the row they belong to now, and those that fit no row."""

    by_id: Mapping[str, Noted]
    unmatched: tuple[CommitmentNote, ...]

    def status_of(self, row: Commitment) -> Status:
        """How a row stands; unknown without a note."""
        noted = self.by_id.get(row.id)
        return Status.UNKNOWN if noted is None else noted.last.status

    def with_status(self, rows: Sequence[Commitment], status: Status | None) -> list[Commitment]:
        """Those of `rows` that stand so; all of them for None."""
        return [row for row in rows if status is None or self.status_of(row) is status]


NO_NOTES = MatchedNotes(by_id={}, unmatched=())


def match_notes(notes: Sequence[CommitmentNote], rows: Sequence[Commitment]) -> MatchedNotes:
    """Notes to rows, one row for all notes of a commitment. `rows` must be the whole register."""
    threads: dict[str, list[CommitmentNote]] = {}
    for note in notes:
        threads.setdefault(note.commitment_id, []).append(note)
    ids = {row.id for row in rows}
    found = {name: Noted(notes=tuple(own)) for name, own in threads.items() if name in ids}
    lost = [name for name in threads if name not in ids]
    free = [row for row in rows if row.id not in found]
    moves = _closest([threads[name][-1] for name in lost], free)
    for name in lost:
        if name in moves:
            found[moves[name]] = Noted(notes=tuple(threads[name]), moved=True)
    unmatched = [note for name in lost if name not in moves for note in threads[name]]
    return MatchedNotes(by_id=found, unmatched=tuple(sorted(unmatched, key=lambda n: n.id)))


def _closest(lost: Sequence[CommitmentNote], free: Sequence[Commitment]) -> dict[str, str]:
    """Old to new ids, the most alike first, each row once.

    Of rows as alike, that in the note's own place and then that of its actor is taken.
    """
    candidates: list[tuple[float, bool, bool, int, int]] = []
    for n, note in enumerate(lost):
        for r, row in enumerate(free):
            if note.document_id != row.document_id:
                continue
            moved = not _same_place(note, row)
            likeness = _likeness(note.measure, row.measure)
            if likeness >= (ANY_STRATEGY if moved else SAME_STRATEGY):
                candidates.append((-likeness, moved, note.actor != _actor(row), n, r))
    moves: dict[str, str] = {}
    taken: set[int] = set()
    for *_, n, r in sorted(candidates):
        if lost[n].commitment_id not in moves and r not in taken:
            moves[lost[n].commitment_id] = free[r].id
            taken.add(r)
    return moves


def _same_place(note: CommitmentNote, row: Commitment) -> bool:
    """Under the same strategy number; where there is none, the same actor's."""
    if note.strategy_no != row.strategy_no:
        return False
    return note.strategy_no is not None or note.actor == _actor(row)


def _likeness(left: str, right: str) -> float:
    """How alike two measures are in their letters and digits, in [0, 1]."""
    matcher = SequenceMatcher(None, _letters(left), _letters(right), autojunk=False)
    if matcher.real_quick_ratio() < SAME_STRATEGY or matcher.quick_ratio() < SAME_STRATEGY:
        return 0.0
    return matcher.ratio()


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _actor(row: Commitment) -> str:
    return "+".join(fold(name) for name in row.responsible)


class CommitmentNoteStore:
    """The notes of one home; several processes may use it at once."""

    def __init__(self, path: Path) -> None:
        self._table = UserTable(path, TABLE, COLUMNS)

    def add(
        self,
        row: Commitment,
        status: Status,
        *,
        by: str = "",
        source: str = "",
        register: Sequence[Commitment],
    ) -> int:
        """Note how `row` stands; returns the note's id.

        Earlier notes that had to be found by their text get the id that the row has now.

        Args:
            row: the commitment.
            status: how it stands.
            by: who says so.
            source: where that is written.
            register: all rows of the register, to find the earlier notes with.

        Raises:
            SettingsError: the home cannot be written.
        """
        earlier = self.match(register).by_id.get(row.id)
        created = datetime.now(UTC).isoformat(timespec="seconds")
        place = (row.id, row.document_id, row.strategy_no, row.measure, _actor(row))
        with self._table.writing() as database:
            if earlier is not None and earlier.moved:
                database.execute(
                    f"UPDATE {TABLE} SET commitment_id = ? WHERE commitment_id = ?",
                    (row.id, earlier.last.commitment_id),
                )
            return self._table.add(
                database, (created, *place, status.value, by.strip(), source.strip())
            )

    def all(self) -> list[CommitmentNote]:
        """Every note, oldest first; empty when nobody has noted anything.

        Raises:
            SettingsError: the file is there and cannot be read.
        """
        return [
            CommitmentNote(
                id=row[0],
                created=datetime.fromisoformat(row[1]),
                commitment_id=row[2],
                document_id=row[3],
                strategy_no=row[4],
                measure=row[5],
                actor=row[6],
                status=Status(row[7]),
                by=row[8],
                source=row[9],
            )
            for row in self._table.rows()
        ]

    def match(self, register: Sequence[Commitment]) -> MatchedNotes:
        """The notes by the rows they belong to. `register` must hold all rows."""
        return match_notes(self.all(), register)
