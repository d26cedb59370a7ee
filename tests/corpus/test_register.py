import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import IndexUnavailableError
from corpus.records import Document, DocumentId, PageSpan, Repair
from corpus.register import Register, RegisterWriter, UnitKind


def document(info, text, repairs=()):
    span = PageSpan(start=0, end=len(text), number=3)
    return Document(info=info, text=text, pages=(span,), blocks=(), repairs=repairs)


@pytest.fixture
def written(tmp_path, make_info, make_passage, make_commitment, hall, ferry):
    """A register of two documents of two passages each, with six units."""
    writer = RegisterWriter(tmp_path)
    repairs = (Repair(name="hyphen", page=3, before="a-\nb", after="ab"),) * 2
    for name, text in (("hall", hall), ("ferry", ferry)):
        middle = text.index("\n") + 1
        passages = [
            make_passage(part, start=start, id=f"{name}-{start}", document_id=DocumentId(name))
            for start, part in ((0, text[:middle]), (middle, text[middle:]))
        ]
        rows = [make_commitment(id=f"{name}-c", document_id=DocumentId(name))]
        first = writer.add_document(
            document(make_info(name), text, repairs if name == "hall" else ()), passages, rows
        )
        for number, passage in enumerate(passages):
            writer.add_units(
                [
                    (f"{passage.id}/p", first + number, UnitKind.PASSAGE, 0, 5, passage.text, "h"),
                    (f"{passage.id}/q", first + number, UnitKind.QUESTION, 0, 5, "Hva?", "i"),
                ]
            )
    writer.set_meta("fingerprint", "abc")
    writer.close()
    register = Register(tmp_path)
    yield register
    register.close()


def test_documents_come_back_as_they_were_written(written, hall, make_info):
    assert written.document_ids() == ["hall", "ferry"]
    assert written.document(DocumentId("hall")).text == hall
    assert written.document(DocumentId("hall")).info == make_info("hall")
    assert written.text_of(DocumentId("hall")) == hall


def test_a_summary_counts_what_a_document_has(written, hall):
    summary = written.summaries()[0]
    assert (summary.pages, summary.passages, summary.commitments) == (1, 2, 1)
    assert summary.repairs == {"hyphen": 2}
    assert summary.characters == len(hall)


def test_an_unknown_document_is_an_error_that_names_the_known(written):
    with pytest.raises(IndexUnavailableError, match="hall, ferry"):
        written.document(DocumentId("veg"))


def test_passages_are_numbered_through_all_documents(written):
    assert written.rows_of_documents(["ferry"]) == [2, 3]
    assert written.rows_of_documents(["ferry", "hall"]) == [0, 1, 2, 3]
    assert written.row_of("ferry-0") == 2
    assert written.row_of("nobody") is None
    assert [row for row, _ in written.all_passages()] == [0, 1, 2, 3]
    assert set(written.passages([3, 0, 99])) == {0, 3}


def test_a_stretch_of_a_document_leads_to_the_passage_that_holds_it(written, ferry):
    middle = ferry.index("\n") + 1
    for start, end, wanted in ((0, middle, "ferry-0"), (middle, middle + 3, f"ferry-{middle}")):
        passage = written.passage_holding("ferry", start, end)
        assert passage is not None
        assert passage.id == wanted
    assert written.passage_holding("ferry", middle - 1, middle + 1) is None
    assert written.passage_holding("none", 0, 1) is None


def test_units_lead_to_their_passages_each_once_in_the_order_asked(written):
    assert written.passage_rows_of_units(["ferry-0/q", "hall-0/p", "ferry-0/p", "no"]) == [2, 0]
    assert written.units([1])[1].kind is UnitKind.QUESTION
    assert len(written.unit_table()) == 8


def test_commitments_of_some_documents_or_of_all(written):
    assert [row.id for row in written.commitments()] == ["hall-c", "ferry-c"]
    assert [row.id for row in written.commitments(["ferry"])] == ["ferry-c"]


def test_a_fact_that_was_not_stored_is_none(written):
    assert written.meta("fingerprint") == "abc"
    assert written.meta("model") is None


def test_more_rows_than_sqlite_takes_at_once_are_read(written):
    assert len(written.passages(list(range(1200)))) == 4
    assert written.passage_rows_of_units([f"x{n}" for n in range(1200)]) == []


def test_a_folder_without_a_register_says_what_to_do(tmp_path):
    with pytest.raises(IndexUnavailableError, match="--rebuild"):
        Register(tmp_path)


def test_a_register_is_only_read(written):
    with pytest.raises(Exception, match="readonly"):
        written._db.execute("DELETE FROM passage")


@given(batch=st.integers(1, 12))
def test_a_writer_iterates_all_units_once_whatever_the_batch(batch, tmp_path_factory):
    writer = RegisterWriter(tmp_path_factory.mktemp("units"))
    writer.add_units((f"u{n}", 0, UnitKind.SENTENCE, n, n + 1, f"t{n}", "h") for n in range(10))
    seen = [unit.ord for units in writer.iterate_units(batch) for unit in units]
    writer.close()
    assert seen == list(range(10))
