"""What docs/ingest.md shows of the documents, before and after, is what file and index hold."""

import re
from functools import cache
from pathlib import Path

import pytest

from tests.ingest.formats import CORPUS, from_text

PAGE = Path(__file__).parents[2] / "docs" / "ingest.md"
PLACES = re.findall(
    r"```(before|after|readable) ([\w-]+)\n(.*?)\n *```", PAGE.read_text("utf-8"), re.S
)


@cache
def parsed_document(name):
    return from_text(name)


def lines_of(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_ten_places_are_shown_from_three_documents():
    text = PAGE.read_text("utf-8").split("## The ten hardest places")[1]
    assert re.findall(r"^(\d+)\. \*\*", text, re.M) == [str(n) for n in range(1, 11)]
    assert len({name for _, name, _ in PLACES}) == 3


@pytest.mark.parametrize(("side", "name", "text"), PLACES)
def test_a_place_reads_as_shown(side, name, text):
    shown = "\n".join(lines_of(text))
    if side == "before":
        held = "\n".join(lines_of((CORPUS / f"{name}.txt").read_text("utf-8")))
    elif side == "after":
        held = parsed_document(name).document.text
    else:
        held = "\n".join(p.readable for p in parsed_document(name).passages)
    assert shown in held
