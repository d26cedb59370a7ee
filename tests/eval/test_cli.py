import pytest
from click.testing import CliRunner

from corpus.errors import EvaluationError, SettingsError
from corpus.settings import CorpusSettings
from eval.candidates import record_feedback
from eval.cli import eval_group
from eval.runs import run_questions
from eval.stifinner import Stifinner


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


def test_an_unknown_setting_of_a_sweep_is_named_before_anything_is_opened(tmp_path):
    system = Stifinner(CorpusSettings(home=tmp_path), lambda corpus, sources: None)
    with (
        pytest.raises(SettingsError, match=r"no setting 'fart' to sweep; there are: .*max_tokens"),
        system.open({"fart": 1}),
    ):
        pass


@pytest.mark.parametrize("command", sorted(eval_group.commands))
def test_every_command_explains_itself(command):
    done = _invoke(command, "--help")
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) > 3
