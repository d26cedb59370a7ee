from datetime import date

import pytest

from corpus.errors import EvaluationError
from eval.gate import judge_run, make_baseline, read_baseline, write_baseline
from eval.runs import run_questions

DAY = date(2026, 1, 2)
REASON = "first measured baseline"


@pytest.fixture
def run(tmp_path, system, questions):
    return run_questions(
        system, questions, tmp_path / "a", question_set="dev", on_answer=lambda _: None
    )


def test_a_run_passes_its_own_baseline_after_a_round_trip(tmp_path, run):
    path = tmp_path / "baseline.json"
    write_baseline(make_baseline(run, REASON, DAY), path)
    baseline = read_baseline(path)
    assert baseline.reason == REASON
    assert all(verdict.passed for verdict in judge_run(run, baseline))


def test_a_measure_fails_only_below_the_lower_bound_of_its_interval(run):
    baseline = make_baseline(run, REASON, DAY)
    held = baseline.measures["MRR@10"].model_copy(update={"value": 0.9, "low": 0.6, "high": 1.0})
    within = baseline.model_copy(update={"measures": {"MRR@10": held}})
    assert judge_run(run, within)[0].passed  # the run has 2/3
    higher = held.model_copy(update={"low": 0.7})
    (verdict,) = judge_run(run, baseline.model_copy(update={"measures": {"MRR@10": higher}}))
    assert (verdict.passed, verdict.floor) == (False, 0.7)


def test_a_measure_that_vanished_fails(run):
    baseline = make_baseline(run, REASON, DAY)
    gone = baseline.model_copy(update={"measures": {"lost": baseline.measures["MRR@10"]}})
    assert not judge_run(run, gone)[0].passed


def test_other_questions_than_the_baselines_must_renew_it(run):
    baseline = make_baseline(run, REASON, DAY).model_copy(update={"questions_sha256": "0"})
    with pytest.raises(EvaluationError, match="questions changed"):
        judge_run(run, baseline)


def test_a_baseline_needs_a_reason_a_dev_run_and_no_failures(tmp_path, run, system, questions):
    with pytest.raises(EvaluationError, match="why the numbers may change"):
        make_baseline(run, "why", DAY)
    test_run = run_questions(
        system, questions, tmp_path / "t", question_set="test", on_answer=lambda _: None
    )
    with pytest.raises(EvaluationError, match="holds 'dev' only"):
        make_baseline(test_run, REASON, DAY)
    system.answerer.script[questions[0].question] = RuntimeError()
    failed = run_questions(
        system, questions, tmp_path / "f", question_set="dev", on_answer=lambda _: None
    )
    with pytest.raises(EvaluationError, match="failed on 1 questions"):
        make_baseline(failed, REASON, DAY)


def test_a_missing_baseline_says_how_to_make_one(tmp_path):
    with pytest.raises(EvaluationError, match="stifinner eval baseline RUN"):
        read_baseline(tmp_path / "none.json")
