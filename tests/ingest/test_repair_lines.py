"""Joining wrapped lines, unifying bullets and blanks, setting captions and furniture apart."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.captions import (
    heading_labels,
    mark_picture_captions,
    mark_self_named,
    split_run_on_headings,
)
from ingest.furniture import mark_furniture, mark_running_titles, running_titles
from ingest.repair import count_words, join_lines
from ingest.source import Line, LineRole
from ingest.spacing import tidy_line, tidy_text, unify_bullets, unspace_word


def page(*texts: str) -> list[Line]:
    return [Line(text=t, role=LineRole.BODY if t else LineRole.BLANK) for t in texts]


def texts_with(lines: list[Line], role: LineRole) -> list[str]:
    return [line.text for line in lines if line.role is role]


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        (
            ["næringslivet, FoU/utdannings-", "institusjonene"],
            "næringslivet, FoU/utdanningsinstitusjonene",
        ),
        (["Trondheims- ", "regionen"], "Trondheimsregionen"),
        (
            ["Innovasjon Norge, Sør- og Nord-", "Trøndelag"],
            "Innovasjon Norge, Sør- og Nord-Trøndelag",
        ),
        (["gode helse-", "og omsorgstjenester"], "gode helse- og omsorgstjenester"),
        (["by - og campusutvikling", "i byen"], "by - og campusutvikling i byen"),
        (
            ["utdannings- og forsknings-", "institusjonene"],
            "utdannings- og forskningsinstitusjonene",
        ),
        (["nav og kompetanse-/", "ressurssenter"], "nav og kompetanse-/ ressurssenter"),
        (["svært relevant for EU-", "forskning"], "svært relevant for EU-forskning"),
        (["resten av helse-", "Norge."], "resten av helse-Norge."),
        (["godsterminal/logistikk-", "knutepunkt."], "godsterminal/logistikk-knutepunkt."),
        (["menneskelig kapital -", "digitale"], "menneskelig kapital - digitale"),
        (["i perioden 2020-", "2023"], "i perioden 2020-2023"),
        (["(https://www.a.no/om-", "kommunen/bk/), og"], "(https://www.a.no/om-kommunen/bk/), og"),
        (["1 https://a.no/stm0000d", "ddpdfs.pdf"], "1 https://a.no/stm0000dddpdfs.pdf"),
        (["Kilde: https://a.no/k6_b.p", "df"], "Kilde: https://a.no/k6_b.pdf"),
        (["se www.a.no/side.pdf", "4.2 Mål"], "se www.a.no/side.pdf 4.2 Mål"),
        (["Meld. St. 18. Kilde:", "https://a.no/b/"], "Meld. St. 18. Kilde: https://a.no/b/"),
        (["", "en linje", "", "til"], "en linje til"),
        ([], ""),
    ],
)
def test_lines_are_joined_as_they_were_written(lines, joined):
    assert join_lines(lines) == joined


def test_the_document_decides_whether_a_hyphen_is_the_words_own():
    lines = ["bruk av velferdsteknologi-", "løsninger"]
    assert join_lines(lines) == "bruk av velferdsteknologiløsninger"
    words = count_words(["Nye velferdsteknologi-løsninger er viktige"])
    assert join_lines(lines, words) == "bruk av velferdsteknologi-løsninger"


@given(st.lists(st.text(st.sampled_from("abøA1-/. ,"), max_size=12), max_size=6))
def test_joining_keeps_every_sign_but_blanks_and_hyphens(lines):
    kept = Counter("".join(lines).replace(" ", "").replace("-", ""))
    assert Counter(join_lines(lines).replace(" ", "").replace("-", "")) == kept


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("published¬†¬† ” Start-up", "published ” Start-up"),
        ("a\u00adnsvar", "ansvar"),
        ("a\u030ar", "år"),
        ("handlingsrom.  Et  riktig ", "handlingsrom. Et riktig"),
        ("F o r o r d", "Forord"),
        ("A B C D", "ABCD"),
        ("m i n E g e n", "m i n E g e n"),
    ],
)
def test_characters_and_blanks_are_mended(before, after):
    assert tidy_line(before, 1)[0] == after


def test_lost_characters_are_told_and_kept():
    text, told = tidy_line("Figur \ufffc her", 3)
    assert text == "Figur \ufffc her"
    assert [(r.name, r.page) for r in told] == [("lost character", 3)]


@given(st.text())
def test_tidying_twice_changes_nothing_more(text):
    once = tidy_text(text)
    assert tidy_text(once) == once


@given(st.text(st.characters(whitelist_categories=("Ll", "Lu", "Nd"), max_codepoint=0x17F)))
def test_tidying_keeps_every_letter(text):
    assert Counter(unspace_word(tidy_text(text))) == Counter(text)


def test_bullets_of_all_shapes_become_one():
    lines = ["- Måle", "¶ Delta", "\uf0b7 Tilby", "•Bidra", "o en", "o to", "§ 10.1", "a. Delmål"]
    assert unify_bullets(lines, 1)[0] == [
        "• Måle", "• Delta", "• Tilby", "• Bidra", "• en", "• to", "§ 10.1", "a. Delmål",
    ]  # fmt: skip


def test_a_dash_below_a_bullet_opens_a_list_within_the_list():
    lines = [
        "• Energi",
        "",
        "- Hydrogen",
        "- Sokkel",
        "• Transport",
        "- Skip",
        "",
        "Avsnitt:",
        "- A",
    ]
    assert unify_bullets(lines, 1)[0] == [
        "• Energi", "", "– Hydrogen", "– Sokkel", "• Transport", "– Skip", "", "Avsnitt:", "• A",
    ]  # fmt: skip


def test_a_dash_within_a_sentence_is_no_bullet():
    lines = ["bidra til etablering av", "– og delta i – klynger", "", "Prosjekt", "", "o lykke"]
    assert unify_bullets(lines, 1)[0] == lines


def test_furniture_is_told_from_text():
    lines = page("Forskning", "", "Tekst med innhold.", "", "back to top", "A03-P1-EPI001")
    assert texts_with(mark_furniture(lines), LineRole.FURNITURE) == ["back to top", "A03-P1-EPI001"]
    inside = page("Først", "A03-P1-EPI001", "COVID-19", "Sist")
    assert texts_with(mark_furniture(inside), LineRole.FURNITURE) == []


def test_running_titles_stand_on_many_pages_whatever_their_number():
    pages = [
        page(f"Kommuneplan {n}", f"Avsnitt {'abcdefg'[n]}", f"Slutt {'abcdefg'[n]}.")
        for n in range(6)
    ]
    titles = running_titles(pages)
    marked = [mark_running_titles(lines, titles) for lines in pages]
    assert all(texts_with(m, LineRole.FURNITURE) == [m[0].text] for m in marked)


def test_two_pages_have_a_running_title_if_several_words_stand_on_both():
    pages = [page("Plan for klima 2024", f"Avsnitt {a}", f"Slutt {a}.", f"Side {a}") for a in "12"]
    assert running_titles(pages) == {"Plan for klima #", "Side #"}
    assert running_titles([page("Vedlegg", "A", "B"), page("Vedlegg", "C", "D")]) == frozenset()
    assert running_titles([page("En plan", "A", "B")]) == frozenset()


@pytest.mark.parametrize(
    ("text", "is_caption"),
    [
        ("Figur 3 U4SSC Trondheim kommune", True),
        ("Tabell 1: U4SSC Trondheim – relevante resultater", True),
        ("Figur 10. Helseindustrien og", True),
        ("Illustrasjon: SINTEF", True),
        ("Artikkel i DN 23. mai 2018. Foto: Istock/Getty Images", True),
        ("Figur 3 viser hvordan kommunen arbeider.", False),
        ("Tabell 1 oppsummerer tiltakene.", False),
        ("Figuren under er hentet fra planen", False),
        ("Indikator: Andelen næringslivsledere", False),
    ],
)
def test_captions_that_name_themselves(text, is_caption):
    marked = mark_self_named(page("Brødtekst foran.", "", text, "", "Brødtekst etter."))
    assert texts_with(marked, LineRole.CAPTION) == ([text] if is_caption else [])


def test_a_caption_does_not_run_on_into_the_sentence_below_it():
    lines = page("Figur 3: Kart over sentrum", "Tabell 1 viser at sentrum vokser. Det er bra.")
    assert texts_with(mark_self_named(lines), LineRole.CAPTION) == [lines[0].text]
    two = page("Figur 3: Kart over sentrum", "Figur 4: Kart over havna", "med kaier")
    assert texts_with(mark_self_named(two), LineRole.CAPTION) == [line.text for line in two]


PROSE = "Barn og unge skal få praksisnær opplæring og hjelp til å"


def test_a_short_line_last_on_the_page_or_before_a_numbered_heading_is_a_caption():
    first = page(PROSE, "", "Saupstad skole")
    second = page(PROSE, "", "Syklister på Sluppen", "", "2.2: I 2020 skal Trondheim være")
    marked = mark_picture_captions([first, second])
    assert [texts_with(lines, LineRole.CAPTION) for lines in marked] == [
        ["Saupstad skole"],
        ["Syklister på Sluppen"],
    ]


def test_a_short_line_amid_a_sentence_or_above_the_notes_is_a_caption():
    amid = page(PROSE, "", "Torvet en sommerdag", "", "utvikle skaperglede.", "", "Mer tekst her.")
    noted = [*page(PROSE, "", "Torget i byen", ""), Line(text="1 NAV", role=LineRole.FOOTNOTE)]
    ended = page(
        PROSE + " skape.", "", "Torvet en sommerdag", "", "utvikle skaperglede.", "", "Så."
    )
    marked = mark_picture_captions([amid, noted, ended])
    assert [texts_with(lines, LineRole.CAPTION) for lines in marked] == [
        ["Torvet en sommerdag"],
        ["Torget i byen"],
        [],
    ]


@pytest.mark.parametrize(
    "lines",
    [
        (PROSE, "", "Impello-analysen", "I den årlige analysen"),
        (PROSE, "", "Kommunen vil", "• bidra"),
        ("Trondheims-", "regionen", "", "NAT", "NHO", "", "Årlig"),
        (PROSE, "", "Vi må handle nå."),
        ("Mål og strategier", "", "1. Mål: Regionen skal være best"),
    ],
)
def test_headings_lead_ins_cells_and_sentences_are_no_captions(lines):
    marked = mark_picture_captions([page(*lines)])
    assert texts_with(marked[0], LineRole.CAPTION) == []


def test_a_heading_run_on_to_a_caption_is_parted_from_it():
    lines = page(
        "ISFiT, International Student",
        "Festival in Trondheim Hovedmål 3: I 2020 er Trondheim en",
        "",
        "inkluderende by",
    )
    labels = heading_labels([page("Hovedmål 1: I 2020"), page("Hovedmål 2: I 2020")])
    parted, told = split_run_on_headings(lines, 15, labels)
    assert texts_with(parted, LineRole.CAPTION) == [
        "ISFiT, International Student",
        "Festival in Trondheim",
    ]
    assert parted[2].text == "Hovedmål 3: I 2020 er Trondheim en"
    assert len(told) == 1
    assert split_run_on_headings(lines, 15, frozenset())[0] == lines
