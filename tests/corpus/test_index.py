import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.embedding import EmbeddingModel
from corpus.errors import FingerprintError, IndexUnavailableError, NoIndexError
from corpus.home import Home
from corpus.index import BesideQuestion, SearchIndex, digest, statements, units_of
from corpus.records import Block, BlockKind, Cell
from corpus.register import UnitKind


@pytest.fixture
def opened(two_document_home):
    index = open_index(two_document_home.home)
    yield index
    index.close()


def open_index(home: Path, model: str = "bundled") -> SearchIndex:
    embeddings = EmbeddingModel(model=model, home=home).light()
    return SearchIndex.open(Home(home), embeddings, None)


def paragraph(text, start=0):
    return Block(
        kind=BlockKind.PARAGRAPH, start=start, end=start + len(text), text=text, section=(), page=1
    )


def test_vectors_lexical_index_and_register_hold_the_same_units(opened):
    register = opened.register
    units = register.unit_table()
    assert opened.dense.unit_count == len(units)
    passages = list(register.all_passages())
    assert len(opened.lexical) == len(passages)
    for row, _ in passages:
        held = [unit[0] for unit in units if unit[1] == row]
        assert [units[n][0] for n in opened.dense.unit_rows(row)] == held
    query = opened.dense.score(opened.dense.sample(1, UnitKind.PASSAGE)[0], [0])[0].cosines
    assert float(query.max()) == pytest.approx(1, abs=1e-3)


def test_every_unit_is_in_chroma_under_its_document(opened):
    (vector,) = opened.dense.sample(1, UnitKind.PASSAGE)
    everything = opened.dense.nearest(vector, 10_000, list(UnitKind))
    assert set(everything) == {unit[0] for unit in opened.register.unit_table()}
    hall = opened.dense.nearest(vector, 10_000, list(UnitKind), ["hall"])
    assert hall
    assert all(name.startswith("hall-") for name in hall)


def test_every_unit_and_passage_stands_in_its_document_at_its_place(opened):
    register = opened.register
    for _, passage in register.all_passages():
        text = register.text_of(passage.document_id)
        assert text[passage.start : passage.end] == passage.text
    for unit in register.units(list(range(opened.dense.unit_count))).values():
        passage = register.passages([unit.passage])[unit.passage]
        assert passage.start <= unit.start <= unit.end <= passage.end


def test_a_snapshot_says_what_it_was_made_from(opened):
    register = opened.register
    assert register.meta("snapshot") == opened.snapshot_id
    assert opened.snapshot_id.startswith(register.meta("fingerprint"))
    assert register.meta("model")
    assert register.meta("failures") == {}
    assert set(register.meta("keys")) == {"hall", "ferry"}


def test_an_empty_home_has_no_index(tmp_path):
    with pytest.raises(NoIndexError, match="stifinner ingest"):
        open_index(tmp_path)


class _OtherModel:
    fingerprint = "another-model@1"


def test_another_model_is_an_error_that_says_how_to_mend_it(two_document_home):
    with pytest.raises(FingerprintError, match="--rebuild") as caught:
        SearchIndex.open(Home(two_document_home.home), _OtherModel(), None)
    assert "another-model@1" in str(caught.value)


def test_an_index_on_a_server_is_not_searched_in_the_home(two_document_home, free_port):
    embeddings = EmbeddingModel(model="bundled", home=two_document_home.home).light()
    with pytest.raises(IndexUnavailableError, match="does not answer"):
        SearchIndex.open(Home(two_document_home.home), embeddings, f"http://127.0.0.1:{free_port}")


def test_opening_in_vain_leaves_no_lock_behind(stifinner, two_documents, two_document_home):
    home = Home(stifinner.home)
    home.prepare()
    staging = home.new_staging("one")
    (staging / "register.sqlite").write_bytes(
        (Home(two_document_home.home).current() / "register.sqlite").read_bytes()
    )
    home.publish(staging, "one")
    with pytest.raises(FingerprintError):
        SearchIndex.open(home, _OtherModel(), None)
    home.publish(home.new_staging("two"), "two")
    home.sweep()
    assert home.snapshot_ids() == ["two"]


def test_units_of_a_short_passage_are_itself_and_its_sentences(make_passage):
    text = "Kommunen bygger en hall. Den er ferdig i 2024."
    passage = make_passage(text, section=("Hall",), context="Plan › Hall")
    units = units_of(passage, 0, (), [paragraph(text)])
    assert [(unit[2], unit[5]) for unit in units if unit[2] is not UnitKind.PASSAGE] == [
        (UnitKind.SENTENCE, "Kommunen bygger en hall."),
        (UnitKind.SENTENCE, "Den er ferdig i 2024."),
    ]
    (whole,) = [unit for unit in units if unit[2] is UnitKind.PASSAGE]
    assert "Plan › Hall" in whole[5]
    assert text in whole[5]


def test_a_long_passage_also_has_windows_of_three_sentences(make_passage):
    text = " ".join(f"Setning nummer {word} står her." for word in "en to tre fire fem".split())
    units = units_of(make_passage(text), 0, (), [paragraph(text)])
    windows = [unit[5] for unit in units if unit[2] is UnitKind.WINDOW]
    assert len(windows) == 2
    assert windows[0].count(".") == 3


def test_a_wide_table_row_is_one_unit(make_passage):
    text = "1.1\nBygge hall\nOrdfører\n2024"
    cells, start = [], 0
    for column, cell in zip(("Nr", "Tiltak", "Ansvar", "Frist"), text.split("\n"), strict=True):
        cells.append(Cell(column=column, start=start, end=start + len(cell), text=cell))
        start += len(cell) + 1
    row = Block(
        kind=BlockKind.TABLE_ROW,
        start=0,
        end=len(text),
        text=text,
        section=(),
        page=1,
        cells=tuple(cells),
    )
    passage = make_passage(
        text, kind=BlockKind.TABLE_ROW, readable="Nr: 1.1 · Tiltak: Bygge hall · Frist: 2024"
    )
    units = units_of(passage, 0, (), [row])
    sentences = [unit for unit in units if unit[2] is UnitKind.SENTENCE]
    assert [unit[5] for unit in sentences] == [passage.readable]
    assert not [unit for unit in units if unit[2] is UnitKind.WINDOW]


def test_a_question_beside_is_a_unit_about_its_statement(make_passage):
    text = "Kommunen bygger en hall."
    beside = BesideQuestion(text="Hva bygges?", start=3, end=9)
    units = units_of(make_passage(text), 4, [beside], [paragraph(text)])
    (question,) = [unit for unit in units if unit[2] is UnitKind.QUESTION]
    assert question[1:6] == (4, UnitKind.QUESTION, 3, 9, "Hva bygges?")


def test_the_same_unit_twice_counts_once(make_passage):
    text = "Hallen bygges nå."
    beside = BesideQuestion(text="Hva?", start=0, end=5)
    units = units_of(make_passage(text), 0, [beside, beside], [paragraph(text)])
    assert len({unit[0] for unit in units}) == len(units)


LIST_MARK = re.compile(r"^ *(?:\d{1,2}|[abc])\.(?= +\S)", re.MULTILINE)


@given(st.text(alphabet="abc .!?\n•-1", max_size=80))
@example("1. 1")
@example("b. 1")
@example("1 1. a\n- a. b")
def test_statements_are_ordered_apart_and_hold_every_letter_but_a_lines_list_mark(text):
    from corpus.records import DocumentId, Passage, PassageId

    passage = Passage(
        id=PassageId("p"),
        document_id=DocumentId("d"),
        start=0,
        end=len(text),
        text=text,
        section=(),
        page=None,
        kind=BlockKind.PARAGRAPH,
        context="",
        readable=text,
        token_count=1,
    )
    spans = statements(passage)
    assert all(start < end for start, end in spans)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    covered = {n for start, end in spans for n in range(start, end)}
    marks = {n for mark in LIST_MARK.finditer(text) for n in range(*mark.span())}
    letters = {n for n, character in enumerate(text) if character.isalnum()}
    assert letters - marks <= covered


def test_a_digest_does_not_depend_on_the_order_of_keys():
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert digest([1, 2]) != digest([2, 1])


def test_the_bundled_index_holds_every_letter_of_the_documents(assistant, texts):
    """What is neither furniture nor a heading can be found: it lies in some passage."""
    register = assistant.index.register
    for name, text in texts.items():
        rows = register.rows_of_documents([name])
        covered = bytearray(len(text))
        for passage in register.passages(rows).values():
            covered[passage.start : passage.end] = b"\1" * (passage.end - passage.start)
        for block in register.document(name).blocks:
            if block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE_ROW):
                inside = sum(covered[block.start : block.end])
                assert inside >= 0.9 * (block.end - block.start), (name, block.text[:80])


def test_no_two_passages_of_the_bundled_documents_share_an_id(assistant):
    ids = [passage.id for _, passage in assistant.index.register.all_passages()]
    assert len(ids) == len(set(ids))


def test_every_commitment_of_the_bundled_documents_is_quoted_verbatim(assistant, texts):
    rows = assistant.index.register.commitments()
    assert len(rows) > 50
    for row in rows:
        assert texts[row.document_id][row.start : row.end] == row.quote


def test_a_snapshot_is_of_plain_files_alone(two_document_home):
    folder = Home(two_document_home.home).current()
    assert {"register.sqlite", "vectors.npy", "offsets.npy", "kinds.npy"} <= {
        path.name for path in folder.iterdir()
    }
    assert not list(folder.rglob("*.pkl"))
    manifests = list((folder / "lexical").glob("*.json"))
    assert manifests
    assert json.loads(manifests[0].read_text(encoding="utf-8"))
