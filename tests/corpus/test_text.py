from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.text import (
    find_quote,
    normalise,
    normalise_for_match,
    split_sentences,
    split_words,
    with_context,
)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Kommunen bør f.eks. Bruke mer tid på dette.",
        "Se Bakgrunnsdokument 2, pkt. 5.4 og kap. 3 i planen.",
        "Dette gjelder bl.a. Karrieredagen og dvs. Alle andre dager.",
        "Vi må øke mer enn 17 mrd. kroner i året.",
        "Det ble vedtatt 22. januar 2010 i bystyret.",
        "Fastlegeordningen ble innført 1. juni 2001.",
        "Perspektivmeldingen 2021. meld. St. 14 (2020–2021) gjelder.",
        "Kommunen bør jobbe aktivt med St. Olavs hospital og St.Olavs barneklinikk.",
        "Instituttet fikk et nytt K.G. Jebsen-senter for Alzheimers sykdom.",
        "Innovasjon skal skje i regionen (jfr. strategi 1.8) hvert år.",
        "Les mer på www.universitetskommunen.no/om.html og https://www.ssb.no/helsesat her.",
        "Den koster ca. 3,1 milliarder, jf. Tabell 2.",
        "Vi spør hva som er viktig for deg? og gjør noe med det.",
        "Dr. Moser møtte prof. Hansen kl. 10.",
    ],
)
def test_a_full_stop_inside_a_sentence_does_not_end_it(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Det er bra. Vi vil mer.", ["Det er bra.", "Vi vil mer."]),
        ("Vedtatt i 2010. Den gjelder.", ["Vedtatt i 2010.", "Den gjelder."]),
        ("Hva skjer? Ingenting! Jo.", ["Hva skjer?", "Ingenting!", "Jo."]),
        ("Det koster 17 mrd. Vi skal måle.", ["Det koster 17 mrd.", "Vi skal måle."]),
        (
            "Helse skapes mye utenfor sektoren som i. I et lengre perspektiv lønner det seg.",
            [
                "Helse skapes mye utenfor sektoren som i.",
                "I et lengre perspektiv lønner det seg.",
            ],
        ),
        (
            'Han sa «Dette er bra.» Så gikk "Alle" hjem.',
            ["Han sa «Dette er bra.»", 'Så gikk "Alle" hjem.'],
        ),
        ("Bolig, mat osv. Alle får.", ["Bolig, mat osv.", "Alle får."]),
        (
            "Trondheim operates as a lab. It works, e.g. in health. Yes.",
            ["Trondheim operates as a lab.", "It works, e.g. in health.", "Yes."],
        ),
        ("Én linje\nen annen linje", ["Én linje", "en annen linje"]),
        ("1. Mestring\n• øke barns læring\n- delta", ["Mestring", "øke barns læring", "delta"]),
        ("a. Delmål: best. Alltid.", ["Delmål: best.", "Alltid."]),
        ("22. januar er dagen. Kom da.", ["22. januar er dagen.", "Kom da."]),
        ("• \n--\n", []),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text(alphabet="aB1 .!?\n•-«»\"'æ", max_size=80))
def test_sentences_stand_in_order_and_lose_no_letter(text: str) -> None:
    spans = split_sentences(text)
    assert all(start < end for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    outside = set(range(len(text))) - {i for start, end in spans for i in range(start, end)}
    assert not any(text[i] == "B" for i in outside)


def test_words_keep_their_hyphens_and_decimals() -> None:
    text = "FoU-prosjekter koster 7,5 % i NTNU/SINTEF, ikke sant?"
    assert [text[a:b] for a, b in split_words(text)] == [
        "FoU-prosjekter",
        "koster",
        "7,5",
        "i",
        "NTNU/SINTEF",
        "ikke",
        "sant",
    ]


def test_normalise_composes_letters_and_closes_blanks() -> None:
    assert normalise("  A\u030arets \u00a0 plan\n") == "Årets plan"


def test_context_stands_on_the_line_above() -> None:
    assert with_context("Plan › Mål", "Tekst") == "Plan › Mål\nTekst"
    assert with_context("", "Tekst") == "Tekst"


@pytest.mark.parametrize(
    ("haystack", "needle", "quote"),
    [
        ("Byen er «stor» – alltid.", 'er "stor" - alltid', "er «stor» – alltid"),
        ("bruk av  lav-\nog null", "av lav- og null", "av  lav-\nog null"),
        ("forsknings- institusjonene", "forskningsinstitusjonene", "forsknings- institusjonene"),
        ("helse- og omsorg", "helse-og omsorg", "helse- og omsorg"),
        ("A\u030arlig treff", "Årlig treff", "A\u030arlig treff"),
        ("Åpen by", "A\u030apen by", "Åpen by"),
        ("til\u00adtak nå", "tiltak nå", "til\u00adtak nå"),
        ("EU’s mål", "EU's mål", "EU’s mål"),
        ("to to to", "to", "to"),
    ],
)
def test_a_quote_is_found_whatever_its_blanks_dashes_and_quotation_marks(
    haystack: str, needle: str, quote: str
) -> None:
    span = find_quote(haystack, needle)
    assert span is not None
    assert haystack[slice(*span)] == quote


@pytest.mark.parametrize(
    ("haystack", "needle"),
    [
        ("vedtatt 20123", "2012"),
        ("kommunen vil", "Kommunen vil"),
        ("kommunen vil", "kommunen skal"),
        ("kommunene", "kommune"),
        ("noe", ""),
        ("noe", " – "),
    ],
)
def test_a_quote_must_agree_in_letters_and_end_at_word_edges(haystack: str, needle: str) -> None:
    assert find_quote(haystack, needle) is None


@given(st.text(max_size=60))
def test_every_stretch_between_blanks_is_found_in_its_own_text(text: str) -> None:
    words = text.split()
    if not words:
        return
    needle = " ".join(words)
    span = find_quote(text, needle)
    if any(character.isalnum() for character in normalise_for_match(needle).text):
        assert span is not None


@given(st.text(max_size=80))
def test_the_offset_map_points_back_in_order(text: str) -> None:
    match = normalise_for_match(text)
    assert len(match.text) == len(match.starts) == len(match.ends)
    assert list(match.starts) == sorted(match.starts)
    assert all(0 <= a < b <= len(text) for a, b in zip(match.starts, match.ends, strict=True))
