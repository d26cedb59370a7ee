from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpus
from corpus.errors import UnreadableError
from corpus.manifest import PageBreak, ReaderOptions
from ingest.readers import read
from ingest.readers.txt import decode
from ingest.source import ElementKind, SourceDocument

DOCUMENTS = Path(corpus.__file__).parent / "documents"
TEXT = "Bystyret vedtok planen.\nÅpne møter på rådhuset – økt innsats, «helse» for 100 €.\n"


def lines_of(document: SourceDocument) -> list[tuple[int | None, str]]:
    return [(page.number, element.text) for page in document.pages for element in page.elements]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le-with-mark", "utf-32"]
)
def test_norwegian_letters_survive_every_encoding_we_know(encoding: str) -> None:
    if encoding == "utf-16-le-with-mark":
        content = b"\xff\xfe" + TEXT.encode("utf-16-le")
    else:
        content = TEXT.encode(encoding)
    document = read(content, "møte.txt")
    assert lines_of(document) == [(None, TEXT)]
    assert document.warnings == ()


@given(st.text(alphabet="abcæøåÆØÅéüö –«»€ \n.", min_size=1).filter(str.strip))
def test_any_norwegian_text_is_read_from_utf8_as_it_was_written(text: str) -> None:
    assert decode(text.encode("utf-8"), "x") == (text, ())


@given(
    st.lists(st.sampled_from(["på", "Åpne", "økt", "næring", "by", "2020", "–", "§ 3"]), min_size=1)
)
def test_norwegian_words_are_read_from_windows_1252_as_they_were_written(words: list[str]) -> None:
    text = " ".join(words)
    assert decode(text.encode("cp1252"), "x")[0] == text


def test_the_stated_encoding_is_believed_unless_it_does_not_fit() -> None:
    assert decode("blå".encode("cp1252"), "x", "ISO-8859-1") == ("blå", ())
    text, warnings = decode("blå".encode("cp1252"), "x.txt", "utf-8")
    assert text == "blå"
    assert warnings == ("x.txt: is not utf-8 as stated; the encoding was detected",)
    assert decode("blå".encode(), "x", "no-such-encoding")[0] == "blå"


def test_a_stray_windows_byte_does_not_spoil_a_utf8_file() -> None:
    content = "Åpne møter på rådhuset. Økt bruk".encode() + " av næring".encode("cp1252")
    text, warnings = decode(content, "plan.txt")
    assert text == "Åpne møter på rådhuset. Økt bruk av næring"
    assert warnings == ("plan.txt: is UTF-8 with 1 bytes of Windows-1252; check the letters",)


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman"])
def test_text_of_old_systems_is_refused_and_not_guessed_at(encoding: str) -> None:
    content = "Vi har gått på ski. Være blå, gjøre øl.".encode(encoding)
    with pytest.raises(UnreadableError, match="save it as UTF-8"):
        decode(content, "gammel.txt")


@pytest.mark.parametrize(
    "content", [b"\x00\x01\x02plan", b"\xef\xbb\xbf\xff", "æ".encode("utf-16") + b"\x00"]
)
def test_bytes_that_are_no_text_are_refused(content: bytes) -> None:
    with pytest.raises(UnreadableError, match="save it as"):
        decode(content, "x.txt")


def test_form_feeds_divide_pages_and_the_first_page_is_as_the_options_say() -> None:
    content = b"en\fto\f\f fire\f"
    assert lines_of(read(content, "x.txt")) == [(1, "en"), (2, "to"), (4, " fire")]
    from_four = ReaderOptions(page_break=PageBreak.FORM_FEED, first_page=4)
    assert lines_of(read(content, "x.txt", from_four))[0] == (4, "en")
    with_cover = ReaderOptions(first_page=-1)
    assert [n for n, _ in lines_of(read(content, "x.txt", with_cover))] == [None, None, 2]


@pytest.mark.parametrize("page_break", [PageBreak.SPACE, PageBreak.NONE])
def test_without_form_feeds_the_whole_text_is_one_page_without_a_number(
    page_break: PageBreak,
) -> None:
    document = read(b" Forord\nen\n Visjon\fto", "x.txt", ReaderOptions(page_break=page_break))
    assert lines_of(document) == [(None, " Forord\nen\n Visjon\nto")]


def test_line_ends_of_other_systems_become_our_own() -> None:
    assert lines_of(read(b"en\r\nto\rtre\n", "x.txt")) == [(None, "en\nto\ntre\n")]


def test_the_bundled_documents_are_handed_on_letter_for_letter() -> None:
    for path in DOCUMENTS.glob("*.txt"):
        document = read(path)
        assert lines_of(document) == [(None, path.read_text(encoding="utf-8"))]
        assert document.pages[0].elements[0].kind is ElementKind.LINES
        assert document.warnings == ()


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_text_that_was_encoded_twice_is_read_as_it_was(encoding: str) -> None:
    text = "Næringsplan for Ålesund – øk støtten til små bedrifter"
    if encoding == "latin-1":
        text = text.replace("–", "-")
    twice = text.encode().decode(encoding).encode()
    document = read(twice, "x.txt", ReaderOptions())
    assert document.pages[0].elements[0].text == text
    assert "twice" in document.warnings[0]


@pytest.mark.parametrize("text", ["Næring Ã¦ og øl", "café Æ", "Plan uten særtegn æ", "bare ascii"])
def test_text_that_was_encoded_once_is_left_alone(text: str) -> None:
    document = read(text.encode(), "x.txt", ReaderOptions())
    assert document.pages[0].elements[0].text == text
    assert document.warnings == ()
