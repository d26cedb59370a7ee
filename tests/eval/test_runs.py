import json

import pytest

from corpus.errors import EvaluationError
from eval.runs import ANSWERS, META, load_run, run_folder, run_questions
from eval.system import System


def _run(system, questions, folder, **changes):
    options = {"question_set": "dev", "on_answer": lambda _: None} | changes
    return run_questions(system, questions, folder, **options)


def test_a_run_writes_answers_under_the_questions_ids_and_what_made_them(
    tmp_path, system, questions
):
    run = _run(system, questions, tmp_path / "a")
    lines = [
        json.loads(line) for line in (tmp_path / "a" / ANSWERS).read_text("utf-8").splitlines()
    ]
    assert [line["id"] for line in lines] == ["q1", "q2", "q3", "q4"]
    meta = json.loads((tmp_path / "a" / META).read_text("utf-8"))
    assert meta["fingerprint"] == "index-1"
    assert meta["settings"] == {"k": 10}
    assert meta["machine"]["cores"] >= 1
    assert run.metrics.questions == 4


def test_a_loaded_run_is_the_run_that_was_measured(tmp_path, system, questions):
    run = _run(system, questions, tmp_path / "a")
    assert load_run(tmp_path / "a") == run


def test_a_stopped_run_goes_on_without_asking_again_and_mends_a_cut_line(
    tmp_path, system, questions, answerer
):
    _run(system, questions, tmp_path / "a")
    path = tmp_path / "a" / ANSWERS
    content = path.read_text("utf-8")
    first = content.splitlines(keepends=True)[0]
    path.write_text(content[: len(first) + 40], "utf-8")
    answerer.asked.clear()
    told = []
    run = _run(system, questions, tmp_path / "a", on_answer=told.append)
    assert answerer.asked == [q.question for q in questions[1:]]
    assert told == ["q1", "q2", "q3", "q4"]
    assert not run.metrics.unanswered_by_run


def test_a_run_of_another_index_never_continues_in_the_same_folder(tmp_path, system, questions):
    _run(system, questions, tmp_path / "a")
    other = System(
        answerer=system.answerer,
        fingerprint="index-2",
        settings=system.settings,
        documents=system.documents,
    )
    with pytest.raises(EvaluationError, match="another fingerprint; give this one another --name"):
        _run(other, questions, tmp_path / "a")


def test_a_failing_question_is_counted_as_zero_and_asked_again_next_time(
    tmp_path, system, questions, answerer, make
):
    answerer.script[questions[0].question] = RuntimeError("down")
    run = _run(system, questions, tmp_path / "a")
    assert run.metrics.unanswered_by_run == ["q1"]
    assert load_run(tmp_path / "a").meta.failures == {"q1": "RuntimeError"}
    assert run.scored[0].ratios["MRR@10"].numerator == 0
    answerer.script[questions[0].question] = make.answer()
    assert not _run(system, questions, tmp_path / "a").metrics.unanswered_by_run


def test_an_empty_set_and_a_wild_name_are_refused(tmp_path, system):
    with pytest.raises(EvaluationError, match="no questions"):
        _run(system, (), tmp_path / "a")
    for name in ("../up", "a b", ""):
        with pytest.raises(EvaluationError, match="run name"):
            run_folder(tmp_path, name)


def test_a_folder_without_a_finished_run_cannot_be_loaded(tmp_path):
    with pytest.raises(EvaluationError, match="no run folder"):
        load_run(tmp_path)
