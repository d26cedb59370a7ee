"""The scorer of the commitments register, on rows worked out by hand."""

import json

import pytest

from corpus.errors import EvaluationError
from corpus.records import Commitment, DocumentId, Modality
from eval.commitment_gold import GoldRow, load_gold, score_rows


def gold(measure, **cells):
    values = {
        "strategy_no": "1.1",
        "responsible": ("Kommunene",),
        "partners": ("NAT", "NHO"),
        "when": "2010",
        **cells,
    }
    return GoldRow(
        document_id="plan", kind="goal table", goal="1", indicator=None, measure=measure, **values
    )


def found(measure, **cells):
    values = {
        "strategy_no": "1.1",
        "responsible": ("Kommunene",),
        "partners": ("NAT", "NHO"),
        "when": "2010",
        **cells,
    }
    return Commitment(
        id=measure,
        document_id=DocumentId("plan"),
        goal="1",
        strategy=None,
        measure=measure,
        indicator=None,
        page=1,
        quote="",
        start=0,
        end=0,
        passage_id=None,
        source_kind="goal table",
        modality=Modality.WILL,
        **values,
    )


def test_rows_match_by_letters_and_cells_are_compared_as_sets():
    score = score_rows(
        [gold("Lage en plan."), gold("Måle tiden.")],
        [found("lage en  plan", partners=("NHO", "NAT")), found("Noe helt annet.")],
    )
    assert (score.recall, score.precision) == (0.5, 0.5)
    assert score.cells == {"strategy_no": 1, "responsible": 1, "partners": 1, "when": 1}
    assert [row.measure for row in score.missed] == ["Måle tiden."]
    assert score.extra == ("Noe helt annet.",)


def test_a_wrong_cell_is_named():
    score = score_rows(
        [gold("Lage en plan."), gold("Måle.")], [found("Lage en plan.", when="2011")]
    )
    assert score.cells["when"] == 0
    assert [(entry.cell, entry.found) for entry in score.wrong] == [("when", "'2011'")]


def test_of_rows_with_the_same_measure_the_one_with_more_equal_cells_matches():
    score = score_rows(
        [gold("Lage.", when="2016"), gold("Lage.", when="2011")],
        [found("Lage.", when="2011"), found("Lage.", when="2016")],
    )
    assert score.recall == score.cells["when"] == 1


def test_small_differences_in_a_measure_are_forgiven():
    measure = "Kommunene skal lage en plan for oppfølging av strategien."
    assert (
        score_rows([gold(measure)], [found(measure.replace("strategien", "strategin"))]).recall == 1
    )
    assert score_rows([gold(measure)], [found("Kommunene skal lage en plan.")]).recall == 0


def test_nothing_found_has_no_precision():
    score = score_rows([gold("Lage en plan.")], [])
    assert (score.recall, score.precision) == (0, 0)


def test_no_gold_rows_is_an_error():
    with pytest.raises(EvaluationError, match="no gold rows"):
        score_rows([], [])


def test_a_broken_gold_line_is_named(tmp_path):
    path = tmp_path / "plan.jsonl"
    path.write_text("{nope\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="line 1 is not JSON"):
        load_gold([path])
    path.write_text(json.dumps({"document_id": "plan"}) + "\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="line 1 lacks strategy_no"):
        load_gold([path])
