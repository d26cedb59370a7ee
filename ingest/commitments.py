"""Commitments from the blocks of a document: who promised what, with whom, by when.

Each rule knows one kind of source by its form, never by its document:

- a table row with a column for measures (goal table), or with method and description;
- a list item under a lead-in that promises ("Kommunen vil"), lays duties on someone ("må hver
  kommune følge opp …"), sets requirements ("følgende krav"), or stands below a heading that says
  what is expected of the actor named by the heading under it;
- a paragraph that opens as a recommendation ("Innspill til Trondheim kommune: …");
- in plans and strategies, any other sentence with skal, vil or bør: the weaker class `sentence`.

A row quotes its block (a sentence: itself). What the rules had to assume stands in `doubts`.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from corpus.commitment_kinds import SourceKind
from corpus.deadlines import DASH, machine_readable
from corpus.names import abbreviations_in, fold
from corpus.records import (
    Block,
    BlockKind,
    Cell,
    Commitment,
    Document,
    DocumentKind,
    Modality,
)
from corpus.text import split_sentences
from ingest.actors import (
    actor_heading,
    duty_bearer,
    normal_names,
    partners_in,
    printed_names,
    spellings,
    subject_of,
)
from ingest.table_headers import ColumnRole, role_of_title
from ingest.verb_forms import modality_of

_PROMISE = re.compile(
    r"^(?P<who>[A-ZÆØÅ][^.:]{1,60}?)\s+(?P<verb>vil|skal|bør|må|will|shall)\s*:?$"
)
_REQUIREMENTS = re.compile(r"\bfølgende krav\b|\bkrav(?:ene)? (?:er|som stilles)\b", re.I)
_FOLLOWING = re.compile(r"\b(?:følgende|punkter|oppgaver|tiltak|vurderinger)\b", re.I)
_EXPECTS = re.compile(r"\bforvent(?:es|er|ninger til)\b|\bexpect(?:ed|ations)\b", re.I)
_RECOMMENDS = re.compile(
    r"^(?:Innspill|Anbefaling(?:er)?|Råd|Recommendations?)(?: til| to)? (?P<who>[^:]{2,60}):\s*"
)
_STRATEGY = re.compile(
    r"^(?:Delmål|Strategi|Strategy)?\s*(?P<no>\d{1,2}\.\d{1,2})\s*[:.]?\s+(?P<text>\S.*)$"
)
_GOAL = re.compile(r"^(?:Hovedmål|Mål|Goal)?\s*\d{1,2}\s*[.:]\s*\S", re.I)
_MARK = re.compile(r"^(?:[•*]|[-–—](?=\s)|\(?(?:\d{1,2}|[a-zæøå])[.)](?=\s))\s*")
_WILL_BE_READ_FOR_SENTENCES = (DocumentKind.PLAN, DocumentKind.STRATEGY)
_SENTENCE = re.compile(r"^(?P<before>(?:\S+\s+){0,10}?)(?:skal|vil|bør)\b(?! si\b)", re.I)
_SUBORDINATE = re.compile(r"\b(?:som|at|hvordan|hvor|når|hvis|om|hvilke|hvilken|hva)\b", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """The goal and strategy that the headings above a block name."""

    goal: str | None
    number: str | None
    strategy: str | None


def extract_commitments(document: Document) -> tuple[Commitment, ...]:
    """All commitments of `document` in the order of its text; `passage_id` is left None."""
    explained = abbreviations_in(document.text)
    rows = [row for block in document.blocks for row in _of_block(document, block)]
    usual = spellings([(*row.responsible, *row.partners) for row in rows])
    named = [_with_names(row, usual, explained, document.info.publisher) for row in rows]
    return tuple(_with_ids(named))


def _of_block(document: Document, block: Block) -> Iterator[Commitment]:
    found = False
    if block.kind is BlockKind.TABLE_ROW:
        rows = _table_rows(document, block)
    elif block.kind is BlockKind.LIST_ITEM:
        rows = _list_rows(document, block)
    elif block.kind is BlockKind.PARAGRAPH:
        rows = _recommendations(document, block)
    else:
        return
    for row in rows:
        found = True
        yield row
    if not found and block.kind is not BlockKind.TABLE_ROW:
        yield from _sentences(document, block)


# Tables


def _table_rows(document: Document, block: Block) -> Iterator[Commitment]:
    cells = _cells_by_role(block.cells)
    if ColumnRole.MEASURE in cells:
        yield _goal_row(document, block, cells)
    elif ColumnRole.NAME in cells and ColumnRole.DESCRIPTION in cells:
        yield _commitment(
            document,
            block,
            kind=SourceKind.METHOD_TABLE,
            strategy=_text(cells[ColumnRole.NAME]),
            measure=_text(cells[ColumnRole.DESCRIPTION]),
            modality=Modality.SHOULD,
        )


def _cells_by_role(cells: Sequence[Cell]) -> dict[ColumnRole, list[Cell]]:
    found: dict[ColumnRole, list[Cell]] = {}
    for cell in cells:
        found.setdefault(role_of_title(cell.column), []).append(cell)
    return found


def _goal_row(
    document: Document, block: Block, cells: Mapping[ColumnRole, list[Cell]]
) -> Commitment:
    place = _place(block.section)
    number = _text(cells.get(ColumnRole.NUMBER, [])) or place.number
    when = _text(cells.get(ColumnRole.WHEN, [])) or None
    measure = _text(cells[ColumnRole.MEASURE])
    row = _commitment(
        document,
        block,
        kind=SourceKind.GOAL_TABLE,
        goal=place.goal,
        number=number.rstrip(".") if number else None,
        strategy=_text(cells.get(ColumnRole.STRATEGY, [])) or place.strategy,
        measure=measure,
        indicator=_text(cells.get(ColumnRole.INDICATOR, [])) or None,
        responsible=printed_names(c.text for c in cells.get(ColumnRole.RESPONSIBLE, [])),
        partners=printed_names(c.text for c in cells.get(ColumnRole.PARTNER, [])),
        when=when,
        modality=modality_of(measure) or Modality.WILL,
    )
    return replace(row, doubts=tuple(_table_doubts(block, cells, row)))


def _table_doubts(
    block: Block, cells: Mapping[ColumnRole, list[Cell]], row: Commitment
) -> Iterator[str]:
    if not row.responsible:
        yield "no one is printed as responsible"
    if row.when is None:
        yield "no deadline is printed"
    elif not row.due:
        yield f"the deadline “{row.when}” could not be read"
    for role, what in ((ColumnRole.MEASURE, "measure"), (ColumnRole.PARTNER, "partners")):
        if any(cell.start < block.start for cell in cells.get(role, [])):
            yield f"{what} printed in a row above and taken as shared"
    own = (cell for cell in block.cells if cell.start >= block.start)
    yield from dict.fromkeys(cell.doubt for cell in own if cell.doubt)


def _text(cells: Sequence[Cell]) -> str:
    text = " ".join(" ".join(cell.text.split()) for cell in cells)
    return "" if DASH.match(text) else text


# Lists


def _list_rows(document: Document, block: Block) -> Iterator[Commitment]:
    measure = _MARK.sub("", " ".join(block.text.split()))
    lead_in = " ".join((block.lead_in or "").split())
    promise = _PROMISE.match(lead_in)
    place = _place(block.section)
    if expected := _expected_of(block, lead_in):
        yield _commitment(
            document,
            block,
            kind=SourceKind.EXPECTATION,
            measure=measure,
            responsible=printed_names([expected]),
            partners=partners_in(measure),
            modality=Modality.EXPECTED,
        )
    elif promise:
        yield _commitment(
            document,
            block,
            kind=SourceKind.PROMISE_LIST,
            goal=place.goal,
            number=place.number,
            strategy=place.strategy,
            measure=measure,
            responsible=(promise.group("who"),),
            partners=partners_in(measure),
            modality=modality_of(promise.group("verb")) or Modality.WILL,
        )
    elif _REQUIREMENTS.search(lead_in):
        yield _commitment(
            document,
            block,
            kind=SourceKind.REQUIREMENT,
            measure=measure,
            modality=Modality.MUST,
        )
    elif _FOLLOWING.search(lead_in) and (bearer := duty_bearer(lead_in)):
        yield _commitment(
            document,
            block,
            kind=SourceKind.DUTY_LIST,
            measure=measure,
            responsible=(subject_of(measure) or bearer,),
            partners=partners_in(measure),
            modality=modality_of(measure) or modality_of(lead_in) or Modality.MUST,
        )


def _expected_of(block: Block, lead_in: str) -> str | None:
    """The actor whose expectations the item belongs to, or None if it belongs to none."""
    above = [n for n, heading in enumerate(block.section) if _EXPECTS.search(heading)]
    if above and above[-1] + 1 < len(block.section):
        return actor_heading(block.section[-1])
    if above and lead_in and len(lead_in.split()) <= 5 and modality_of(lead_in) is None:
        return actor_heading(lead_in)
    return None


def _place(section: Sequence[str]) -> _Place:
    goal = number = strategy = None
    for heading in section:
        text = " ".join(heading.split())
        if match := _STRATEGY.match(text):
            number, strategy = match.group("no"), match.group("text")
        elif _GOAL.match(text):
            goal, number, strategy = text, None, None
    return _Place(goal=goal, number=number, strategy=strategy)


# Paragraphs


def _recommendations(document: Document, block: Block) -> Iterator[Commitment]:
    match = _RECOMMENDS.match(block.text)
    if match:
        yield _commitment(
            document,
            block,
            kind=SourceKind.RECOMMENDATION,
            measure=" ".join(block.text[match.end() :].split()),
            responsible=printed_names([match.group("who")]),
            modality=Modality.SHOULD,
        )


def _sentences(document: Document, block: Block) -> Iterator[Commitment]:
    if document.info.kind not in _WILL_BE_READ_FOR_SENTENCES:
        return
    place = _place(block.section)
    for start, end in split_sentences(block.text):
        text = " ".join(block.text[start:end].split())
        if not _is_promise(text):
            continue
        subject = subject_of(text)
        row = _commitment(
            document,
            block,
            kind=SourceKind.SENTENCE,
            goal=place.goal,
            measure=text,
            responsible=(subject,) if subject else (),
            partners=partners_in(text),
            modality=modality_of(text) or Modality.WILL,
        )
        span = (block.start + start, block.start + end)
        yield replace(
            row,
            start=span[0],
            end=span[1],
            quote=document.text[span[0] : span[1]],
            page=document.page_at(span[0]),
        )


def _is_promise(sentence: str) -> bool:
    """Whether skal, vil or bør is the verb of the main clause, early in the sentence."""
    match = _SENTENCE.match(sentence)
    return (
        match is not None
        and not _SUBORDINATE.search(match.group("before"))
        and not sentence.endswith("?")
    )


# What all rows share


def _commitment(
    document: Document,
    block: Block,
    *,
    kind: SourceKind,
    measure: str,
    modality: Modality,
    goal: str | None = None,
    number: str | None = None,
    strategy: str | None = None,
    indicator: str | None = None,
    responsible: tuple[str, ...] = (),
    partners: tuple[str, ...] = (),
    when: str | None = None,
) -> Commitment:
    return Commitment(
        id="",
        document_id=document.info.id,
        goal=goal,
        strategy_no=number,
        strategy=strategy,
        measure=measure,
        indicator=indicator,
        responsible=responsible,
        partners=partners,
        when=when,
        page=block.page,
        quote=block.text,
        start=block.start,
        end=block.end,
        passage_id=None,
        source_kind=kind,
        modality=modality,
        due=machine_readable(when) if when else (),
    )


def _with_names(
    row: Commitment, usual: Mapping[str, str], explained: Mapping[str, str], publisher: str
) -> Commitment:
    responsible = tuple(usual.get(name, name) for name in row.responsible)
    partners = tuple(usual.get(name, name) for name in row.partners)
    own = {"kommunen": publisher, "vi": publisher} if publisher.endswith("kommune") else {}
    meant = tuple(own.get(fold(name), name) for name in responsible)
    return replace(
        row,
        responsible=responsible,
        partners=partners,
        responsible_names=normal_names(meant, explained),
        partner_names=normal_names(partners, explained),
    )


def _with_ids(rows: Sequence[Commitment]) -> Iterator[Commitment]:
    """Rows with ids that hold as long as document, strategy number, actor and measure do.

    Rows alike in all of these are numbered in the order of the text.
    """
    seen: Counter[str] = Counter()
    for row in rows:
        letters = re.sub(r"[\W_]+", "", row.measure.casefold())
        actor = "" if row.strategy_no else "+".join(fold(name) for name in row.responsible)
        key = "\n".join((row.document_id, row.strategy_no or "", actor, letters))
        seen[key] += 1
        number = f"\n{seen[key]}" if seen[key] > 1 else ""
        digest = hashlib.sha256((key + number).encode()).hexdigest()[:16]
        yield replace(row, id=f"{row.document_id}-{digest}")
