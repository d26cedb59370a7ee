"""A part of the corpus as PDF, DOCX and HTML gives the passages that its text file gives."""

from dataclasses import replace
from pathlib import Path

import pytest

from corpus.manifest import ReaderOptions
from corpus.records import BlockKind, Commitment, Passage
from ingest.discovery import Found
from ingest.parsing import Parsed
from tests.ingest.formats import (
    PARTS,
    as_docx,
    as_html,
    from_text,
    is_in_part,
    parsed,
    part_of,
)

FORMATS = Path(__file__).parents[1] / "data" / "formats"
FIRST_PAGES = {"samfunnsdel": 6, "naeringsplan": 6, "fou-side": None}


@pytest.fixture(scope="module", params=list(PARTS))
def text(request):
    return from_text(request.param)


def written(text: Parsed, suffix: str) -> Parsed:
    """The part in another format, read with the manifest entry of the text file."""
    info = text.document.info
    blocks = part_of(text.document)
    if suffix == "html":
        content = as_html(blocks, info.title).encode()
    elif suffix == "docx":
        content = as_docx(blocks, info.title)
    else:
        content = (FORMATS / f"{info.id}.pdf").read_bytes()
    return parsed(
        Found(
            info=replace(info, file=f"{info.id}.{suffix}"),
            options=ReaderOptions(first_page=FIRST_PAGES[info.id]),
            content=content,
            name=f"{info.id}.{suffix}",
            origin=suffix,
            has_entry=True,
        )
    )


def told(passages: tuple[Passage, ...], part: tuple[str, ...]) -> list[tuple[object, ...]]:
    return [
        (p.section, p.kind, p.text, p.context, p.readable)
        for p in passages
        if is_in_part(p.section, part) and p.kind is not BlockKind.CAPTION
    ]


def promised(rows: tuple[Commitment, ...]) -> list[tuple[object, ...]]:
    return [
        (r.goal, r.strategy_no, r.strategy, r.measure, r.indicator, r.responsible, r.partners,
         r.when, r.due, r.source_kind, r.quote)
        for r in rows
    ]  # fmt: skip


@pytest.mark.parametrize("suffix", ["html", "docx", "pdf"])
def test_another_format_gives_the_passages_of_the_text_file(text, suffix):
    part = PARTS[text.document.info.id]
    assert told(written(text, suffix).passages, part) == told(text.passages, part)


@pytest.mark.parametrize("suffix", ["html", "docx", "pdf"])
def test_another_format_gives_the_commitments_of_the_text_file(text, suffix):
    blocks = part_of(text.document)
    expected = tuple(
        row for row in text.commitments if any(b.start <= row.start < b.end for b in blocks)
    )
    assert promised(written(text, suffix).commitments) == promised(expected)


def test_a_pdf_that_prints_the_pages_of_the_text_file_gives_its_page_numbers():
    text = from_text("samfunnsdel")
    expected = [
        (p.id, p.page) for p in text.passages if is_in_part(p.section, PARTS["samfunnsdel"])
    ]
    assert [(p.id, p.page) for p in written(text, "pdf").passages] == expected
