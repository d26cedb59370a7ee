from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from corpus.errors import UnreadableError
from ingest.readers import Format, is_readable_name, read, sniff

DATA = Path(__file__).parents[2] / "data" / "readers"


def zipped(name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, "<x/>")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        (b"%PDF-1.7\n", "plan.txt", Format.PDF),
        (b"junk before\n%PDF-1.4", "plan", Format.PDF),
        (zipped("word/document.xml"), "plan.bin", Format.DOCX),
        (b"  <!DOCTYPE html><p>x", "plan.txt", Format.HTML),
        (b"\xef\xbb\xbf<!-- made by x --><html>", "plan", Format.HTML),
        (b'<?xml version="1.0"?><html xmlns="x">', "plan.xml", Format.HTML),
        (b"<p>fragment", "plan.HTM", Format.HTML),
        (b"# Plan", "plan.md", Format.MARKDOWN),
        (b"# Plan", "plan.txt", Format.TXT),
        (b"Plan", "plan", Format.TXT),
        (b"Plan", "plan.log", Format.TXT),
    ],
)
def test_bytes_decide_and_the_suffix_only_between_kinds_of_text(
    content: bytes, name: str, expected: Format
) -> None:
    assert sniff(content, name) is expected


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "tom.txt", "tom.txt: the file is empty"),
        (b" \n\x00\r\n", "tom.pdf", "the file is empty"),
        (b"<html>404", "plan.pdf", "the name says PDF but the bytes are not"),
        (b"plain", "plan.docx", "the name says DOCX but the bytes are not"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "plan.doc", "is an old Word, Excel or password-protected"),
        (b"{\\rtf1", "plan.rtf", "is an RTF file; save it as PDF"),
        (b"\x89PNG\r\n", "bilde.png", "is a picture; save it as PDF"),
        (zipped("xl/workbook.xml"), "tall.xlsx", "is a zip or Office file but not Word"),
        (zipped("word/document.xml")[:40], "plan.docx", "is cut off or damaged"),
    ],
)
def test_what_no_reader_fits_is_refused_with_what_to_do(
    content: bytes, name: str, said: str
) -> None:
    with pytest.raises(UnreadableError, match=said):
        read(content, name)


def test_a_path_that_is_missing_or_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="there is no such file"):
        read(tmp_path / "no.txt")
    with pytest.raises(UnreadableError, match="cannot be read"):
        read(tmp_path)


def test_only_files_with_our_suffixes_are_taken_from_a_folder() -> None:
    taken = ["plan.pdf", "Plan.DOCX", "x.htm", "README.md"]
    left = ["manifest.yaml", "~$plan.docx", ".hidden.txt", "bilde.png", "plan"]
    assert [name for name in taken + left if is_readable_name(Path(name))] == taken


def test_a_text_file_is_read_without_loading_the_libraries_of_other_formats() -> None:
    code = (
        "import sys; from ingest.readers import read; read(b'tekst', 'x.txt');"
        "others = {'pdfplumber', 'docx', 'bs4', 'trafilatura', 'markdown_it'};"
        "print(sorted(others & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_page_nested_without_end_is_refused_with_what_to_do() -> None:
    page = "<main>" + "<div>" * 3000 + "tekst" + "</div>" * 3000 + "</main>"
    with pytest.raises(UnreadableError, match="print it to PDF"):
        read(page.encode(), "x.html")


def test_no_item_of_a_deep_list_is_lost() -> None:
    text = "\n".join("  " * depth + f"- punkt {depth}" for depth in range(60))
    elements = read(text.encode(), "x.md").pages[0].elements
    assert [element.text for element in elements] == [f"punkt {depth}" for depth in range(60)]


def test_a_word_file_that_unpacks_to_hundreds_of_megabytes_of_text_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 201_000_000)
    with pytest.raises(UnreadableError, match="201 MB of text"):
        read(packed.getvalue(), "x.docx")
