"""From a document as read to a document as printed: damage of extraction mended, and told.

The steps, each a pure function that says what it changed: pages found and numbered, tables taken
whose columns still show, glyph-shifted runs decoded, blanks and bullets unified, furniture,
footnotes and captions set apart. Typos of the original stay, and no step but the decoding changes
a letter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.records import Repair
from ingest.captions import (
    heading_labels,
    mark_picture_captions,
    mark_self_named,
    split_run_on_headings,
)
from ingest.columns import take_tables
from ingest.footnotes import part_footnotes, words_ending_in_digits
from ingest.furniture import mark_folios, mark_furniture, mark_running_titles, running_titles
from ingest.glyphs import decode_lines
from ingest.joining import count_words, join_lines
from ingest.pagination import is_folio, paginate
from ingest.source import (
    ElementKind,
    FootnoteReference,
    Line,
    LineRole,
    RepairedPage,
    RepairedSource,
    SourceDocument,
    SourceElement,
    SourcePage,
)
from ingest.spacing import tidy_line, unify_bullets

__all__ = ["count_words", "document_words", "join_lines", "repair", "repair_report"]

UNDECODED = "undecoded glyphs"


@dataclass(frozen=True, slots=True)
class _Draft:
    """A page in the making: raw lines and typed elements, and which lines print its number."""

    number: int | None
    parts: tuple[str | SourceElement, ...]
    folios: tuple[int, ...] = ()


def repair(
    source: SourceDocument, *, page_break: str = "auto", first_page: int | None = None
) -> RepairedSource:
    """Mend every page of `source`.

    `page_break` is how a flat text without page numbers shows its pages: "auto", "space",
    "form-feed" or "none". `first_page` is the number of its first page, None to read it off the
    printed numbers (else 1). Numbers given by a reader are kept.

    Raises:
        SettingsError: `page_break` is unknown.
    """
    drafts, repairs = _paginated(source, page_break, first_page)
    drafts = [_with_tables(draft) for draft in drafts]
    drafts, told = _decoded(drafts)
    repairs.extend(told)
    drafts, told = _tidied(drafts)
    repairs.extend(told)
    elements: dict[int, SourceElement] = {}
    pages = _without_furniture([_as_lines(draft, elements) for draft in drafts])
    pages, references, told = _with_footnotes(pages, drafts)
    repairs.extend(told)
    pages, told = _with_captions(pages, drafts)
    repairs.extend(told)
    return RepairedSource(
        pages=tuple(
            RepairedPage(
                number=draft.number, lines=tuple(elements.get(id(line), line) for line in page)
            )
            for draft, page in zip(drafts, pages, strict=True)
        ),
        repairs=tuple(repairs),
        references=tuple(references),
        undecoded_runs=sum(repair.name == UNDECODED for repair in repairs),
    )


def repair_report(repaired: RepairedSource) -> list[tuple[str, int]]:
    """How many repairs of each kind were made, the most frequent first."""
    return Counter(told.name for told in repaired.repairs).most_common()


def document_words(repaired: RepairedSource) -> Counter[str]:
    """The words of the document, for `join_lines` to decide on words cut at a line's end."""
    return count_words(part.text for page in repaired.pages for part in page.lines)


def _paginated(
    source: SourceDocument, page_break: str, first_page: int | None
) -> tuple[list[_Draft], list[Repair]]:
    if len(source.pages) == 1 and _is_flat(source.pages[0]) and source.pages[0].number is None:
        lines = [line for part in source.pages[0].elements for line in _lines_of(part)]
        found = paginate(lines, page_break=page_break, first_page=first_page)
        pages = [_Draft(page.number, page.lines, page.folios) for page in found.pages]
        return pages, list(found.repairs)
    return [_as_read(page) for page in source.pages], []


def _is_flat(page: SourcePage) -> bool:
    return all(element.kind is ElementKind.LINES for element in page.elements)


def _lines_of(element: SourceElement) -> list[str]:
    return element.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _as_read(page: SourcePage) -> _Draft:
    """A page whose number the reader gave; a lone line that prints that number is its folio."""
    parts: list[str | SourceElement] = []
    for element in page.elements:
        if element.kind is ElementKind.LINES:
            parts.extend(line.replace("\f", "") for line in _lines_of(element))
        else:
            parts.append(element)
    content = [i for i, part in enumerate(parts) if not isinstance(part, str) or part.strip()]
    folios = []
    for i in {*content[:1], *content[-1:]}:
        part = parts[i]
        if isinstance(part, str) and page.number is not None and is_folio(part) == page.number:
            folios.append(i)
    return _Draft(page.number, tuple(parts), tuple(folios))


def _with_tables(draft: _Draft) -> _Draft:
    """`draft` with tables whose columns its lines still show; folios keep their places."""
    parts: list[str | SourceElement] = []
    folios: list[int] = []
    run: list[str] = []

    def close() -> None:
        parts.extend(take_tables(run))
        run.clear()

    for i, part in enumerate(draft.parts):
        if i in draft.folios or not isinstance(part, str):
            close()
            folios.extend([len(parts)] if i in draft.folios else [])
            parts.append(part)
        else:
            run.append(part)
    close()
    return replace(draft, parts=tuple(parts), folios=tuple(folios))


def _decoded(drafts: Sequence[_Draft]) -> tuple[list[_Draft], list[Repair]]:
    """Every text of the document decoded at once: each page gives evidence for all."""
    texts = [text for draft in drafts for part in draft.parts for text in _texts(part)]
    decoded = iter(decode_lines(texts))
    repairs: list[Repair] = []

    def decode(text: str, page: int | None) -> str:
        line = next(decoded)
        repairs.extend(
            Repair(name="glyphs", page=page, before=before, after=after)
            for before, after in line.runs
        )
        repairs.extend(
            Repair(name=UNDECODED, page=page, before=run, after=run) for run in line.undecoded
        )
        return line.text

    return [_mapped(draft, decode) for draft in drafts], repairs


def _tidied(drafts: Sequence[_Draft]) -> tuple[list[_Draft], list[Repair]]:
    repairs: list[Repair] = []

    def tidy(text: str, page: int | None) -> str:
        tidied, told = tidy_line(text, page)
        repairs.extend(told)
        return tidied

    tidied = [_mapped(draft, tidy) for draft in drafts]
    for k, draft in enumerate(tidied):
        at = [i for i, part in enumerate(draft.parts) if isinstance(part, str)]
        texts, told = unify_bullets([str(draft.parts[i]) for i in at], draft.number)
        repairs.extend(told)
        parts = list(draft.parts)
        for i, text in zip(at, texts, strict=True):
            parts[i] = text
        tidied[k] = replace(draft, parts=tuple(parts))
    return tidied, repairs


def _texts(part: str | SourceElement) -> Iterator[str]:
    """The texts of `part` in the order in which `_mapped` changes them."""
    if isinstance(part, str):
        yield part
        return
    yield part.text
    yield from (cell for row in part.rows for cell in row if cell is not None)


def _mapped(draft: _Draft, change: Callable[[str, int | None], str]) -> _Draft:
    """`draft` with every text changed, those of typed elements too."""
    parts: list[str | SourceElement] = []
    for part in draft.parts:
        if isinstance(part, str):
            parts.append(change(part, draft.number))
            continue
        text = change(part.text, draft.number)
        rows = tuple(
            tuple(None if cell is None else change(cell, draft.number) for cell in row)
            for row in part.rows
        )
        parts.append(replace(part, text=text, rows=rows))
    return replace(draft, parts=tuple(parts))


def _as_lines(draft: _Draft, elements: dict[int, SourceElement]) -> list[Line]:
    """The page as lines. A blank line holds the place of each typed element, noted by identity."""
    lines = []
    for part in draft.parts:
        if isinstance(part, str):
            lines.append(Line(text=part, role=LineRole.BODY if part else LineRole.BLANK))
        else:
            lines.append(Line(text="", role=LineRole.BLANK))
            elements[id(lines[-1])] = part
    return mark_furniture(mark_folios(lines, draft.folios))


def _without_furniture(pages: Sequence[list[Line]]) -> list[list[Line]]:
    titles = running_titles(pages)
    return [mark_running_titles(page, titles) for page in pages]


def _with_footnotes(
    pages: Sequence[list[Line]], drafts: Sequence[_Draft]
) -> tuple[list[list[Line]], list[FootnoteReference], list[Repair]]:
    glued = words_ending_in_digits(pages)
    last = 0
    parted: list[list[Line]] = []
    references: list[FootnoteReference] = []
    repairs: list[Repair] = []
    for page, draft in zip(pages, drafts, strict=True):
        noted = part_footnotes(page, draft.number, after=last, glued_elsewhere=glued)
        last = noted.last_note
        parted.append(list(noted.lines))
        references.extend(noted.references)
        repairs.extend(noted.repairs)
    return parted, references, repairs


def _with_captions(
    pages: Sequence[list[Line]], drafts: Sequence[_Draft]
) -> tuple[list[list[Line]], list[Repair]]:
    labels = heading_labels(pages)
    repairs: list[Repair] = []
    parted: list[list[Line]] = []
    for page, draft in zip(pages, drafts, strict=True):
        lines, told = split_run_on_headings(page, draft.number, labels)
        repairs.extend(told)
        parted.append(mark_self_named(lines))
    marked = mark_picture_captions(parted)
    for page, draft in zip(marked, drafts, strict=True):
        repairs.extend(
            Repair(name=line.role.value, page=draft.number, before=line.text, after=line.text)
            for line in page
            if line.role in (LineRole.CAPTION, LineRole.FURNITURE, LineRole.FOOTNOTE)
        )
    return marked, repairs
