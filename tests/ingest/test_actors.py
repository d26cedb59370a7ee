"""Names from cells, lead-ins and sentences."""

import pytest

from ingest.actors import (
    actor_heading,
    duty_bearer,
    normal_names,
    partners_in,
    printed_names,
    spellings,
    subject_of,
)


def test_names_of_a_cell_are_parted_at_commas_and_lines_but_not_at_slashes_or_in_brackets():
    assert printed_names(["NAT, NHO", "HiST/HiNT\nSINTEF", "--", "Andre (kor, lag og korps)"]) == (
        "NAT",
        "NHO",
        "HiST/HiNT",
        "SINTEF",
        "Andre (kor, lag og korps)",
    )


def test_known_names_that_only_blanks_part_are_several():
    assert printed_names(["NTNU SINTEF NAT"]) == ("NTNU", "SINTEF", "NAT")
    assert printed_names(["Innovasjon Norge"]) == ("Innovasjon Norge",)


def test_a_slash_between_names_parts_the_normalised_ones():
    assert normal_names(["NTNU/HIST/HINT", "FoU/utdanning"], {}) == (
        "NTNU",
        "HiST",
        "HiNT",
        "FoU/utdanning",
    )


def test_a_name_broken_at_a_line_end_takes_the_usual_spelling():
    rows = [("Trondheimsregionen",), ("Trondheimsregionen",), ("Trondheims Regionen", "HIST")]
    assert spellings([*rows, ("HiST",), ("HiST",)]) == {"Trondheims Regionen": "Trondheimsregionen"}


@pytest.mark.parametrize(
    ("sentence", "partners"),
    [
        ("hindrer utstøting, sammen med NAV", ("NAV",)),
        ("Etablere en utdanning i samarbeid med HIST.", ("HIST",)),
        (
            "utvikle nærmiljøet sammen med innbyggerne, næringslivet og frivillige lag",
            ("innbyggerne", "næringslivet", "frivillige lag"),
        ),
        ("jobbe sammen med private utbyggere for å nå alle", ("private utbyggere",)),
        ("bidra i samarbeid med andre etater til et godt arbeidsliv", ()),
        ("bidra til økt samarbeid mellom skole og næringsliv", ()),
    ],
)
def test_partners_are_taken_from_a_sentence_only_when_it_names_them(sentence, partners):
    assert partners_in(sentence) == partners


def test_who_a_duty_falls_on_stands_before_or_after_the_verb():
    assert duty_bearer("I tillegg må hver kommune gjøre følgende vurderinger:") == "Kommunene"
    assert duty_bearer("Disse ressursene foreslås brukt til:") is None
    assert subject_of("Kommunene skal måle og oppgi standardavviket.") == "Kommunene"
    assert subject_of("Alle elever skal ha tilbud om leksehjelp.") is None


def test_a_heading_that_addresses_an_actor_gives_the_actor():
    assert actor_heading("Til STFK/NTFK") == "STFK/NTFK"
    assert actor_heading("Trøndelag Forskning og utvikling") == "Trøndelag Forskning og utvikling"
