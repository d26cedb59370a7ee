import dataclasses
import sqlite3
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.commitment_notes import CommitmentNoteStore, Status
from corpus.errors import SettingsError

LONG = "Kommunen skal bygge en svømmehall med sju baner ved Leirfjorden"


@pytest.fixture
def store(tmp_path):
    return CommitmentNoteStore(tmp_path / "user.sqlite")


@pytest.fixture
def rows(make_commitment):
    return [
        make_commitment(LONG, id="a", strategy_no="1.1"),
        make_commitment("Måle luftkvaliteten hver vinter", id="b", strategy_no="1.1"),
        make_commitment("Gi alle elever svømmeopplæring", id="c", responsible=("Skolene",)),
    ]


def statuses(store, rows):
    return {name: noted.last.status for name, noted in store.match(rows).by_id.items()}


def test_nothing_is_written_before_anything_is_noted(tmp_path, rows):
    store = CommitmentNoteStore(tmp_path / "home" / "user.sqlite")
    assert store.all() == []
    assert store.match(rows).status_of(rows[0]) is Status.UNKNOWN
    assert not (tmp_path / "home").exists()


def test_the_newest_note_counts_and_the_older_ones_are_kept(store, rows):
    store.add(rows[0], Status.OPEN, register=rows)
    store.add(rows[0], Status.DONE, by=" Kari ", source="Årsmelding\n", register=rows)
    noted = store.match(rows).by_id["a"]
    assert (noted.last.status, noted.last.by, noted.last.source) == (
        Status.DONE,
        "Kari",
        "Årsmelding",
    )
    assert [note.status for note in noted.notes] == [Status.OPEN, Status.DONE]
    assert noted.last.created.tzinfo is not None
    assert not noted.moved


def test_a_note_follows_its_text_when_the_id_has_changed(store, rows):
    store.add(rows[0], Status.DONE, register=rows)
    changed = dataclasses.replace(rows[0], id="new", measure=LONG.replace("sju", "åtte"))
    noted = store.match([changed, *rows[1:]]).by_id["new"]
    assert noted.moved
    assert noted.last.measure == LONG


def test_a_note_does_not_follow_to_another_measure_or_document(store, rows):
    store.add(rows[0], Status.DONE, register=rows)
    elsewhere = dataclasses.replace(rows[0], id="x", document_id="annen")
    matched = store.match([elsewhere, *rows[1:]])
    assert matched.by_id == {}
    assert [note.measure for note in matched.unmatched] == [LONG]
    assert statuses(store, rows) == {"a": Status.DONE}


def test_an_equal_text_is_found_under_another_number_and_a_changed_one_is_not(store, rows):
    store.add(rows[0], Status.DONE, register=rows)
    renumbered = dataclasses.replace(rows[0], id="new", strategy_no="2.3")
    assert statuses(store, [renumbered]) == {"new": Status.DONE}
    changed = dataclasses.replace(renumbered, measure=LONG.replace("sju baner ved", "badstue i"))
    assert statuses(store, [changed]) == {}


def test_without_a_number_a_changed_text_is_found_only_with_its_actor(store, rows):
    store.add(rows[2], Status.OPEN, register=rows)
    changed = dataclasses.replace(rows[2], id="new", measure="Gi alle elevene svømmeopplæring nå")
    assert statuses(store, [changed]) == {"new": Status.OPEN}
    assert statuses(store, [dataclasses.replace(changed, responsible=("Fylket",))]) == {}


def test_a_row_named_by_id_is_not_taken_by_the_note_of_a_row_that_is_gone(store, make_commitment):
    north = make_commitment("Bygge ny svømmehall i nord", id="n", strategy_no="1.1")
    south = make_commitment("Bygge ny svømmehall i sør", id="s", strategy_no="1.1")
    store.add(north, Status.DONE, register=[north, south])
    store.add(south, Status.OPEN, register=[north, south])
    matched = store.match([south])
    assert matched.status_of(south) is Status.OPEN
    assert [note.commitment_id for note in matched.unmatched] == ["n"]


def test_of_two_changed_texts_each_gets_its_own_notes(store, make_commitment):
    old = [
        make_commitment(f"Bygge ny svømmehall i {place}", id=place, strategy_no="1.1")
        for place in ("nord", "sør")
    ]
    for row, status in zip(old, (Status.DONE, Status.DROPPED), strict=True):
        store.add(row, status, register=old)
    new = [dataclasses.replace(row, id=f"{row.id}2", measure=row.measure + "!!1") for row in old]
    assert statuses(store, new[::-1]) == {"nord2": Status.DONE, "sør2": Status.DROPPED}


def test_a_new_note_on_a_changed_text_keeps_the_history_together(store, rows):
    store.add(rows[0], Status.OPEN, register=rows)
    changed = dataclasses.replace(rows[0], id="new", measure=LONG + " nå")
    store.add(changed, Status.DONE, register=[changed])
    matched = store.match([changed])
    assert [note.status for note in matched.by_id["new"].notes] == [Status.OPEN, Status.DONE]
    assert matched.unmatched == ()
    assert not matched.by_id["new"].moved


def test_a_file_that_holds_only_feedback_has_no_notes(tmp_path, rows):
    with sqlite3.connect(tmp_path / "user.sqlite") as database:
        database.execute("CREATE TABLE feedback (id INTEGER)")
    database.close()
    assert CommitmentNoteStore(tmp_path / "user.sqlite").all() == []


def test_a_home_that_cannot_be_written_is_told(tmp_path, rows):
    (tmp_path / "file").write_text("")
    store = CommitmentNoteStore(tmp_path / "file" / "user.sqlite")
    with pytest.raises(SettingsError, match="STIFINNER_HOME"):
        store.add(rows[0], Status.DONE, register=rows)


def test_several_writers_lose_nothing(tmp_path, rows):
    path = tmp_path / "user.sqlite"

    def write(row):
        for number in range(4):
            CommitmentNoteStore(path).add(row, Status.OPEN, source=str(number), register=rows)

    threads = [threading.Thread(target=write, args=(row,)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(CommitmentNoteStore(path).all()) == 12


@given(st.lists(st.tuples(st.text(max_size=12), st.sampled_from(["1.1", None])), max_size=6))
def test_every_note_is_matched_once_or_told_as_unmatched(tmp_path_factory, measures):
    from corpus.commitment_notes import CommitmentNote, match_notes
    from corpus.records import Commitment, DocumentId, Modality

    rows = [
        Commitment(
            id=str(n), document_id=DocumentId("p"), goal=None, strategy_no=number, strategy=None,
            measure=measure, indicator=None, responsible=(), partners=(), when=None, page=None,
            quote=measure, start=0, end=1, passage_id=None, source_kind="goal table",
            modality=Modality.WILL,
        )
        for n, (measure, number) in enumerate(measures)
    ]  # fmt: skip
    import datetime

    notes = [
        CommitmentNote(
            id=n, created=datetime.datetime.now(datetime.UTC), commitment_id=f"old{n}",
            document_id="p", strategy_no=row.strategy_no, measure=row.measure + "x", actor="",
            status=Status.OPEN, by="", source="",
        )
        for n, row in enumerate(rows)
    ]  # fmt: skip
    matched = match_notes(notes, rows)
    found = [note.id for noted in matched.by_id.values() for note in noted.notes]
    assert sorted([*found, *(note.id for note in matched.unmatched)]) == list(range(len(rows)))
    assert set(matched.by_id) <= {row.id for row in rows}
