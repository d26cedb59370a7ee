from contextlib import contextmanager

import pytest

from corpus.errors import EvaluationError, SettingsError
from corpus.settings import CorpusSettings
from eval.stifinner import Stifinner
from eval.sweep import TABLE, read_plan, run_sweep
from eval.system import System
from eval.upload import evaluate_file


def _plan(tmp_path, text):
    path = tmp_path / "sweep.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_grid_is_multiplied_out_over_the_base(tmp_path):
    plan = read_plan(
        _plan(
            tmp_path, "base: {k: 5}\ngrid: {max_tokens: [200, 300], use_questions: [true, false]}"
        )
    )
    assert plan.combinations()[0] == {"k": 5, "max_tokens": 200, "use_questions": True}
    assert len(plan.combinations()) == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("grid: {}", "grid"),
        ("grid: {k: []}", "0 combinations"),
        ("gird: {k: [1]}", "gird"),
        ("grid: [", "not YAML"),
        (f"grid: {{a: {list(range(20))}, b: {list(range(20))}}}", "400 combinations"),
    ],
)
def test_a_wrong_sweep_file_is_named(tmp_path, text, message):
    with pytest.raises(EvaluationError, match=message):
        read_plan(_plan(tmp_path, text))


def test_a_sweep_makes_one_run_for_each_combination_and_one_table(
    tmp_path, system, questions, answerer
):
    opened = []

    @contextmanager
    def open_system(overrides):
        opened.append(overrides)
        yield System(
            answerer=answerer,
            fingerprint="i",
            settings={"k": 10, **overrides},
            documents=system.documents,
        )

    swept = run_sweep(
        read_plan(_plan(tmp_path, "grid: {max_tokens: [200, 300]}")),
        questions,
        tmp_path / "s",
        question_set="dev",
        open_system=open_system,
        on_start=lambda _: None,
        on_answer=lambda _: None,
    )
    assert opened == [{"max_tokens": 200}, {"max_tokens": 300}]
    assert swept[1].run.meta.settings == {"k": 10, "max_tokens": 300}
    table = (tmp_path / "s" / TABLE).read_text("utf-8")
    assert "| 002 | max_tokens=300 | **0.667**" in table


def test_an_uploaded_file_gives_a_report_or_its_problems(tmp_path, system, answerer, make):
    path = tmp_path / "own.csv"
    path.write_text(
        "question;document_1;quote_1;facts\nHvor mange?;plan;Elleve kommuner er med.;11 kommuner",
        "utf-8",
    )
    answerer.script["Hvor mange?"] = make.answer()
    done = evaluate_file(path, system, tmp_path / "up", lambda _: None)
    assert done.problems == ()
    assert done.report.read_text("utf-8").startswith("<!doctype html>")
    assert "| fact recall | 1.000 |" in done.table
    path.write_text("question;kind\nHvor mange?;riddle", "utf-8")
    wrong = evaluate_file(path, system, tmp_path / "up2", lambda _: None)
    assert str(wrong.problems[0]).startswith("row 2, column kind")
    assert wrong.run is None
    assert not (tmp_path / "up2").exists()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"k": "many"}, "'k'"),
        ({"max_tokens": 5000}, "'max_tokens'"),
        ({"weight.dense_thought": 2}, "no setting 'weight.dense_thought'"),
        ({"weight.dense_sentence": "much"}, "give a number"),
        ({"weight.dense_sentence": None}, "give a number"),
        ({"weight.dense_sentence": True}, "give a number"),
    ],
)
def test_a_wrong_value_is_named_before_the_first_run(tmp_path, settings, message):
    system = Stifinner(CorpusSettings(home=tmp_path), lambda corpus, sources: None)
    with pytest.raises(SettingsError, match=message):
        system.check(settings)
    system.check({"k": 5, "max_tokens": 200, "weight.dense_sentence": 0.5})
    assert list(tmp_path.iterdir()) == []


def test_a_weight_of_the_ranking_is_swept_and_recorded(indexed_home):
    stifinner = Stifinner(CorpusSettings(home=indexed_home), lambda corpus, sources: None)
    question = "Which approvals does research on health information need?"
    found = {}
    for factor in (1, 0):
        with stifinner.open({"weight.dense_question": factor}) as system:
            assert system.settings["weight.dense_question"] == factor
            passages = system.answerer.ask(question).passages
            found[factor] = [(passage.passage_id, round(passage.score, 3)) for passage in passages]
    with stifinner.open({}) as system:
        usual = [(p.passage_id, round(p.score, 3)) for p in system.answerer.ask(question).passages]
    assert found[1] == usual != found[0]
