from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

import corpus
from corpus.manifest import load_manifest
from ingest.dates import find_dates
from ingest.readers import read
from ingest.suggest import ManifestSuggestion, suggest

DOCUMENTS = Path(corpus.__file__).parent / "documents"


def of_text(text: str) -> ManifestSuggestion:
    return suggest(read(text.encode(), "plan.txt"), "plan.txt")


def value(suggestion: ManifestSuggestion, field: str) -> str | None:
    found = suggestion.best(field)
    return None if found is None else found.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vedtatt den 10. juni 2010.", [date(2010, 6, 10)]),
        ("Sist oppdatert: 01.09.2021", [date(2021, 9, 1)]),
        ("1. 9. 2021", [date(2021, 9, 1)]),
        ("2021-09-01 og 22/1-2010", [date(2021, 9, 1), date(2010, 1, 22)]),
        ("on 1st of September 2010", [date(2010, 9, 1)]),
        ("September 1, 2010 / 3 May 2011", [date(2010, 9, 1), date(2011, 5, 3)]),
        ("17. MAI 2014", [date(2014, 5, 17)]),
        ("april 2021", []),
        ("30. februar 2010, 31.04.2010", []),
        ("4.3.2 og 1.2.2010.3, telefon 12-34-5678", []),
    ],
)
def test_only_whole_dates_of_the_calendar_are_found(text: str, expected: list[date]) -> None:
    assert [found.day for found in find_dates(text)] == expected


def test_a_found_date_knows_where_it_stands() -> None:
    text = "Vedtatt 10. juni 2010 av bystyret"
    (found,) = find_dates(text)
    assert text[found.start : found.end] == "10. juni 2010"


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        (
            "Forslag til\n\nStrategisk næringsplan for\n\nbyen",
            "title",
            "Forslag til Strategisk næringsplan for byen",
        ),
        ("Forord\n\nDette er målene.", "title", None),
        ("4 Mål\nTekst", "title", None),
        ("Forslag til plan", "status", "proposal"),
        ("Energiplan\nHøringsutkast", "status", "proposal"),
        ("Energiplan\nPlanen er lagt ut på høring", "status", "proposal"),
        ("Energiplan\nVedtatt av bystyret 10. juni 2010", "status", "adopted"),
        ("Energiplan\nVedtatt av bystyret 10. juni 2010", "adopted", "2010-06-10"),
        ("Energiplan\nBystyret vedtok i august 2014 planen", "adopted", None),
        ("Side\nSist oppdatert: 01.09.2021", "updated", "2021-09-01"),
        ("Side\nLast updated: 1 September 2021", "updated", "2021-09-01"),
        ("Side\nPublisert 3. mai 2020", "published", "2020-05-03"),
        ("Reglement\nGjelder fra 1. januar 2022", "valid_from", "2022-01-01"),
        ("Energiplan 2017–2030", "valid_to", "2030-12-31"),
        (
            "Plan\nI 2020 er byen grønn.\nI 2020 har alle bolig.\nI 2020 skal alle gå.",
            "valid_to",
            "2020-12-31",
        ),
        ("Plan\nI 2018 ble det bygd.\nI 2018 var det.\nI 2018 kom det.", "valid_to", None),
        (
            "Plan\nUtarbeidet for byen av Næringsalliansen (NAT)",
            "publisher",
            "Næringsalliansen (NAT)",
        ),
        ("Plan\nUtgiver: Bergen kommune", "publisher", "Bergen kommune"),
        ("Kommuneplanens samfunnsdel", "kind", "plan"),
        ("Strategisk næringsplan", "kind", "strategy"),
        ("Energiplan", "kind", "plan"),
        ("The city will improve the quality of life for the citizens", "language", "en"),
        ("Kommunen vil legge til rette for flere boliger i sentrum", "language", "nb"),
    ],
)
def test_a_file_s_own_words_are_proposed_and_nothing_else(
    text: str, field: str, expected: str | None
) -> None:
    assert value(of_text(text), field) == expected


def test_the_date_of_this_document_goes_before_that_of_another_and_both_are_shown() -> None:
    text = (
        "Energiplan for byen\n\nBystyret vedtok 4. desember 2008 en vedtekt om skatt.\n\n"
        "Energiplan for byen ble vedtatt 10. juni 2010."
    )
    adopted = [p for p in of_text(text).proposals if p.field == "adopted"]
    assert [p.value for p in adopted] == ["2010-06-10", "2008-12-04"]
    assert "10. juni 2010" in adopted[0].evidence


@pytest.mark.parametrize(
    "name", ["fou-side", "samfunnsdel", "smart-city", "naeringsplan", "veikart-helse"]
)
def test_what_the_bundled_documents_say_of_themselves_agrees_with_their_manifest(name: str) -> None:
    suggestion = suggest(read(DOCUMENTS / f"{name}.txt"), f"{name}.txt")
    entries = {str(e.info.id): e.info for e in load_manifest(DOCUMENTS / "manifest.yaml").entries}
    known = entries[name]
    for field in ("status", "adopted", "updated", "valid_to", "language", "kind"):
        proposed = value(suggestion, field)
        assert proposed is None or proposed == str(getattr(known, field)), field
    assert (value(suggestion, "adopted") or "None") == str(known.adopted)
    assert (value(suggestion, "updated") or "None") == str(known.updated)


def test_the_yaml_shows_evidence_and_is_an_entry_that_the_manifest_accepts(tmp_path: Path) -> None:
    path = tmp_path / "Plan for Å.txt"
    path.write_text("Energiplan: byen\nVedtatt 10. juni 2010", encoding="utf-8")
    text = suggest(read(path), path.name, sha256="0" * 64).to_yaml()
    assert "    adopted: 2010-06-10\n      # “" in text
    manifest = tmp_path / "manifest.yaml"
    manifest.write_text("documents:\n" + text, encoding="utf-8")
    info = load_manifest(manifest).entries[0].info
    assert (info.id, info.title) == ("plan-for-a", "Energiplan: byen")
    assert (info.adopted, info.sha256) == (date(2010, 6, 10), "0" * 64)


def test_evidence_cannot_break_out_of_its_comment() -> None:
    text = of_text("Energiplan\nid: ny\n# falsk\nVedtatt 10. juni 2010\r\n  - id: x").to_yaml()
    assert len(yaml.safe_load("documents:\n" + text)["documents"]) == 1


def test_tables_and_headings_are_read_with_their_pages() -> None:
    table = b"<table><tr><td>Vedtatt</td><td>10. juni 2010</td></tr></table>"
    page = b"<!doctype html><main><h1>Plan</h1>" + table
    found = suggest(read(page, "x.html"), "x.html").best("adopted")
    assert found is not None
    assert (found.value, found.page) == ("2010-06-10", None)
    paged = suggest(read(b"Energiplan\fVedtatt 10. juni 2010", "x.txt"), "x.txt").best("adopted")
    assert paged is not None
    assert paged.page == 2
