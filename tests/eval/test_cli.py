import json
from contextlib import nullcontext
from datetime import date

import pytest
from click.testing import CliRunner

from corpus.errors import EvaluationError, SettingsError
from corpus.settings import CorpusSettings
from eval.candidates import record_feedback
from eval.cli import eval_group
from eval.gate import make_baseline, read_baseline, write_baseline
from eval.reference import Gold, Split, write_questions
from eval.runs import load_run, run_questions
from eval.stifinner import Stifinner

DAY = date(2026, 1, 2)


@pytest.fixture
def root(tmp_path, system, questions):
    for name in ("a", "b"):
        run_questions(
            system,
            questions,
            tmp_path / "runs" / name,
            question_set="dev",
            on_answer=lambda _: None,
        )
    return tmp_path / "runs"


def _invoke(*arguments):
    return CliRunner().invoke(eval_group, [str(a) for a in arguments], catch_exceptions=False)


def test_report_writes_the_page_and_prints_the_table(root):
    done = _invoke("report", "a", "--runs", root)
    assert done.exit_code == 0
    assert "| MRR@10 | 0.667" in done.stdout
    assert (root / "a" / "report.html").exists()
    assert (root / "a" / "report.md").read_text("utf-8") in done.stdout


def test_compare_prints_both_runs_side_by_side(root):
    assert "# b against a" in _invoke("compare", "a", "b", "--runs", root).stdout


def test_a_run_that_does_not_exist_is_one_clear_error(root):
    with pytest.raises(EvaluationError, match="is no run folder"):
        _invoke("report", "none", "--runs", root)


def test_candidates_are_listed_and_rejected(tmp_path, monkeypatch, make):
    monkeypatch.setenv("STIFINNER_HOME", str(tmp_path))
    record_feedback(tmp_path, make.answer(question="Hvor mange?"), (), helpful=True)
    listed = _invoke("candidates", "list").stdout
    assert "Hvor mange?  (helpful)" in listed
    _invoke("candidates", "reject", listed.split()[0], "--reason", "asked already")
    assert _invoke("candidates", "list").stdout == ""


@pytest.mark.parametrize("command", [("template",), ("candidates", "export")])
def test_a_table_that_somebody_may_have_filled_in_is_not_written_over(
    tmp_path, served, monkeypatch, make, command
):
    monkeypatch.setenv("STIFINNER_HOME", str(tmp_path))
    record_feedback(tmp_path, make.answer(question="Hvor mange?"), (), helpful=True)
    path = tmp_path / "review.xlsx"
    _invoke(*command, "--out", path)
    before = path.read_bytes()
    with pytest.raises(EvaluationError, match="exists; name another file with --out"):
        _invoke(*command, "--out", path)
    assert path.read_bytes() == before


def test_an_unknown_setting_of_a_sweep_is_named_before_anything_is_opened(tmp_path):
    system = Stifinner(CorpusSettings(home=tmp_path), lambda corpus, sources: None)
    with (
        pytest.raises(SettingsError, match=r"no setting 'fart' to sweep; there are: .*max_tokens"),
        system.open({"fart": 1}),
    ):
        pass


class _Served:
    """The scripted system in the place of the real one."""

    def __init__(self, system):
        self.system = system
        self.opened = []

    def open(self, overrides):
        self.opened.append(dict(overrides))
        return nullcontext(self.system)

    def check(self, overrides):
        pass

    def questions_beside(self):
        return ["Hvor mange kommuner er det egentlig?"]


@pytest.fixture
def served(system, monkeypatch):
    found = _Served(system)
    monkeypatch.setattr("eval.cli.served_stifinner", lambda: found)
    return found


def test_own_json_lines_are_checked_before_anything_is_asked(
    tmp_path, served, questions, answerer, make
):
    path = tmp_path / "own.jsonl"
    wrong = make.question("q9", gold=(Gold(document_id="plan", quote="Tolv kommuner er med."),))
    write_questions(path, [*questions[:2], wrong, questions[1]])
    for chosen in (path, tmp_path):
        with pytest.raises(EvaluationError, match="problems in"):
            _invoke("run", "--set", chosen, "--name", "x", "--runs", tmp_path / "runs")
    assert answerer.asked == []
    write_questions(path, questions[:2])
    done = _invoke("run", "--set", path, "--name", "x", "--runs", tmp_path / "runs")
    assert "2 own.jsonl questions" in done.stdout


def test_a_set_that_is_not_there_is_told_with_those_that_are(tmp_path, served):
    with pytest.raises(EvaluationError, match="no such file, and the sets are dev, test and all"):
        _invoke("run", "--set", "tset", "--runs", tmp_path)


def test_no_expansions_measures_an_index_that_has_none(tmp_path, served, questions):
    path = tmp_path / "own.jsonl"
    write_questions(path, questions[:1])
    _invoke("run", "--set", path, "--name", "x", "--no-expansions", "--runs", tmp_path / "runs")
    assert served.opened[-1] == {"expansions": "none"}


def test_the_checker_ends_with_an_error_for_every_kind_of_wrong_question(
    tmp_path, served, questions, make
):
    path = tmp_path / "own.jsonl"
    first = make.question("a", question="Hva gjelder planen for?")
    wrong = [
        make.question("b", gold=(Gold(document_id="plan", quote="Tolv er med."),)),
        make.question("c", question="hva gjelder Planen for", split=Split.TEST),
        make.question("d", question="Hvor mange kommuner er det egentlig?"),
        first,
    ]
    write_questions(path, [first])
    assert "1 questions, 1 gold quotes: all stand" in _invoke("check", path).stdout
    write_questions(path, [first, *wrong])
    done = CliRunner().invoke(eval_group, ["check", str(path)])
    assert isinstance(done.exception, EvaluationError)
    for told in ("b, quote_1:", "c, question: asks the same as a", "d, question: is nearly indexed",
                 "a, id: stands 2 times"):  # fmt: skip
        assert told in done.stderr


def test_the_gate_fails_when_a_measure_fell_or_a_question_failed(
    tmp_path, root, served, questions, answerer, monkeypatch, make
):
    monkeypatch.setattr("eval.cli._questions", lambda chosen, stifinner: questions)
    baseline = tmp_path / "baseline.json"
    monkeypatch.setattr("eval.gate.BASELINE", baseline)
    write_baseline(make_baseline(load_run(root / "a"), "measured for this test", DAY), baseline)
    monkeypatch.setattr("eval.gate.read_baseline", lambda: read_baseline(baseline))
    held = len(read_baseline(baseline).measures)
    assert _invoke("gate", "--runs", root).stdout.count("ok  ") == held
    answerer.script[questions[0].question] = make.answer(citations=[], passages=[])
    higher = read_baseline(baseline).model_dump()
    higher["measures"]["MRR@10"] |= {"value": 0.9, "low": 0.8}
    baseline.write_text(json.dumps(higher, default=str), "utf-8")
    with pytest.raises(EvaluationError, match=r"below the baseline: .*MRR@10"):
        _invoke("gate", "--runs", root)
    answerer.script[questions[0].question] = RuntimeError("down")
    with pytest.raises(EvaluationError, match="1 questions failed: q1"):
        _invoke("gate", "--runs", root)


def test_a_baseline_without_a_reason_is_refused(root):
    assert CliRunner().invoke(eval_group, ["baseline", "a", "--runs", str(root)]).exit_code == 2
    with pytest.raises(EvaluationError, match="say in a sentence why"):
        _invoke("baseline", "a", "--reason", "because", "--runs", root)


@pytest.mark.parametrize("command", sorted(eval_group.commands))
def test_every_command_explains_itself(command):
    done = _invoke(command, "--help")
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) > 3
