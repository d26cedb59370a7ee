from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.validity import Force, day_text, describe, validity_notes, validity_of
from corpus.records import DocumentId, DocumentInfo, DocumentStatus

DAY = date(2015, 6, 1)
ADOPTED = {"status": DocumentStatus.ADOPTED, "adopted": date(2010, 6, 10)}
PLAN = {**ADOPTED, "valid_to": date(2020, 12, 31)}


@pytest.mark.parametrize(
    ("fields", "as_of", "force"),
    [
        (PLAN, date(2010, 6, 9), Force.NOT_YET),
        (PLAN, date(2010, 6, 10), Force.IN_FORCE),
        (PLAN, date(2020, 12, 31), Force.IN_FORCE),
        (PLAN, date(2021, 1, 1), Force.PAST),
        ({**PLAN, "valid_from": date(2011, 1, 1)}, date(2010, 12, 31), Force.NOT_YET),
        ({**PLAN, "replaced_by": "en ny plan"}, DAY, Force.REPLACED),
        ({**PLAN, "replaced_by": "en ny plan"}, date(2021, 1, 1), Force.PAST),
        (ADOPTED, DAY, Force.UNKNOWN),
        ({"status": DocumentStatus.PROPOSAL, "valid_to": date(2020, 1, 1)}, DAY, Force.PROPOSAL),
        ({"status": DocumentStatus.ADVISORY}, DAY, Force.ADVISORY),
        ({}, DAY, Force.UNKNOWN),
        (
            {"status": DocumentStatus.IN_FORCE_AT_DATE, "updated": date(2015, 6, 1)},
            DAY,
            Force.IN_FORCE,
        ),
        (
            {"status": DocumentStatus.IN_FORCE_AT_DATE, "updated": date(2015, 5, 31)},
            DAY,
            Force.UNKNOWN,
        ),
        ({"status": DocumentStatus.IN_FORCE_AT_DATE}, DAY, Force.UNKNOWN),
    ],
)
def test_the_state_of_a_document_on_a_day(make_info, fields, as_of, force):
    assert validity_of(make_info(**fields), as_of).force is force


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_state_is_told_in_one_sentence_with_the_title(make_info, language):
    for force in Force:
        from assistant.validity import Validity

        info = make_info(title="Badeplanen", **PLAN)
        text = describe(Validity(info=info, as_of=DAY, force=force), language)
        assert "Badeplanen" in text
        assert text.endswith(".")
        assert "{" not in text


def test_a_newer_version_is_named(make_info):
    info = make_info(replaced_by="Badeplan 2030.", **PLAN)
    text = describe(validity_of(info, DAY), "nb")
    assert "Badeplan 2030." in text
    assert ".." not in text


def test_days_are_written_as_people_do():
    assert day_text(date(2021, 9, 1), "nb") == "1. september 2021"
    assert day_text(date(2021, 9, 1), "nn") == "1. september 2021"
    assert day_text(date(2021, 9, 1), "en") == "1 September 2021"
    assert (day_text(None, "nb"), day_text(None, "en")) == ("ukjent", "unknown")


def test_what_is_in_force_needs_no_note_and_the_same_note_comes_once(make_info):
    valid, proposal = make_info("a", **PLAN), make_info("b", status=DocumentStatus.PROPOSAL)
    notes = validity_notes([valid, proposal, valid, proposal], DAY, "nb")
    assert len(notes) == 1
    assert "forslag" in notes[0]


def test_the_bundled_documents_have_the_states_that_the_manifest_proves(assistant):
    infos = assistant.library.infos
    on = {name: validity_of(info, date(2015, 1, 1)).force for name, info in infos.items()}
    assert on == {
        "fou-side": Force.IN_FORCE,
        "veikart-helse": Force.ADVISORY,
        "smart-city": Force.UNKNOWN,
        "naeringsplan": Force.PROPOSAL,
        "samfunnsdel": Force.IN_FORCE,
    }
    today = {name: validity_of(info, date(2026, 1, 1)).force for name, info in infos.items()}
    assert today["samfunnsdel"] is Force.PAST
    assert today["fou-side"] is Force.UNKNOWN


@given(st.dates(), st.dates(), st.none() | st.dates(), st.sampled_from(DocumentStatus))
def test_nothing_is_in_force_after_its_end(as_of, begins, ends, status):
    info = DocumentInfo(
        id=DocumentId("p"), file="p", title="p", status=status, valid_from=begins, valid_to=ends
    )
    force = validity_of(info, as_of).force
    if force is Force.IN_FORCE:
        assert as_of >= begins
        assert ends is None or as_of <= ends
