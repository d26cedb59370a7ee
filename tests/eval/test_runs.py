import json
import os
import pickle
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import EvaluationError
from eval.runs import ANSWERS, META, load_run, run_folder, run_questions, write_whole

ROOT = Path(__file__).parents[2]


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


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"fingerprint": "index-2"}, "fingerprint"), ({"settings": {"k": 5}}, "settings")],
)
def test_a_run_of_other_work_never_continues_in_the_same_folder(
    tmp_path, system, questions, changes, told
):
    _run(system, questions, tmp_path / "a")
    with pytest.raises(EvaluationError, match=f"another {told}; give this one another --name"):
        _run(replace(system, **changes), questions, tmp_path / "a")
    with pytest.raises(EvaluationError, match="another questions_sha256"):
        _run(system, questions[:2], tmp_path / "a")


@pytest.mark.parametrize(
    ("maker", "value", "told"),
    [("commit_of_checkout", "abc", "commit"), ("installed_versions", {"numpy": "0"}, "versions")],
)
def test_answers_of_other_code_or_packages_are_never_passed_off_as_these(
    tmp_path, system, questions, monkeypatch, maker, value, told
):
    _run(system, questions, tmp_path / "a")
    monkeypatch.setattr(f"eval.runs.{maker}", lambda: value)
    with pytest.raises(EvaluationError, match=f"another {told}.*--fresh to begin anew"):
        _run(system, questions, tmp_path / "a")


KILLED_AFTER = 2
WORKER = """
import os, pickle, signal, sys
from pathlib import Path
from eval.runs import run_questions
from eval.system import System

class Killed:
    def __init__(self, answer, after):
        self.answer, self.left = answer, after
    def ask(self, question, history=(), document_ids=()):
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1
        return self.answer

answer, documents, questions, folder, after = pickle.load(sys.stdin.buffer)
system = System(answerer=Killed(answer, after), fingerprint="index-1", settings={"k": 10},
                documents=documents)
run_questions(system, questions, Path(folder), question_set="dev", on_answer=lambda _: None)
"""


def test_a_run_killed_with_signal_9_goes_on_where_it_ended(
    tmp_path, system, questions, answerer, make
):
    folder = tmp_path / "a"
    sent = pickle.dumps((make.answer(), system.documents, questions, str(folder), KILLED_AFTER))
    done = subprocess.run(
        [sys.executable, "-c", WORKER], input=sent, cwd=ROOT, env={**os.environ, "PYTHONPATH": "."},
        check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    with pytest.raises(EvaluationError, match="holds no finished run"):
        load_run(folder)
    run = _run(system, questions, folder)
    assert answerer.asked == [q.question for q in questions[KILLED_AFTER:]]
    assert not run.metrics.unanswered_by_run
    assert load_run(folder) == run


def test_a_kill_while_a_file_is_written_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / META
    write_whole(path, "whole")

    def killed(self, *arguments, **options):
        self.write_bytes(b"ha")
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", killed)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "half")
    assert path.read_bytes() == b"whole"


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
