import json

import pytest
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from corpus.errors import EvaluationError
from eval.judge import (
    FILE_NAME,
    UNGRADED_NAME,
    Judge,
    agreements,
    correctness_messages,
    faithfulness_messages,
    judge_run,
    markdown,
    outcome_of,
    read_grade,
    read_judgments,
)
from eval.reference import Gold
from eval.report import html_report
from eval.runs import run_questions

GOOD, BAD = '{"reason": "alt står der", "score": 5}', '{"reason": "feil", "score": 1}'


class ListeningModel(FakeListChatModel):
    """LangChain's scripted model, which also keeps what it was shown."""

    heard: list[list[BaseMessage]]

    def _call(self, messages, *args, **kwargs):
        self.heard.append(list(messages))
        return super()._call(messages, *args, **kwargs)


@pytest.fixture
def run(tmp_path, system, questions):
    return run_questions(
        system, questions, tmp_path / "a", question_set="dev", on_answer=lambda _: None
    )


def test_the_judge_is_shown_its_whole_input_and_nothing_is_cut(make):
    long_passage = "Begynnelse. " + "ord " * 20_000 + "Slutten på passasjen."
    long_answer = "Svar " * 5_000 + "og slutten på svaret."
    golds = tuple(
        Gold(document_id="plan", quote=f"Sitat {n} " + "x " * 500 + f"slutt {n}") for n in range(30)
    )
    facts = tuple((f"fakta {n}", f"annen {n}") for n in range(60))
    question = make.question(gold=golds, facts=facts, history=("Første spørsmål?",))
    answer = make.answer(long_answer, passages=[make.passage(1, long_passage)])
    model = ListeningModel(responses=[GOOD], heard=[])
    Judge(model, "judge").judge(question, answer)
    faithfulness, correctness = ("\n".join(str(m.content) for m in told) for told in model.heard)
    for text in (long_passage, long_answer, question.question, "Første spørsmål?"):
        assert text in faithfulness
    for text in (long_answer, *(g.quote for g in golds), *(f"{a} | {b}" for a, b in facts)):
        assert text in correctness


def test_an_input_larger_than_the_judges_window_is_an_error_and_never_a_cut(make):
    model = ListeningModel(responses=[GOOD], heard=[])
    with pytest.raises(EvaluationError, match="its window 500"):
        Judge(model, "judge", 500).judge(make.question(), make.answer("ord " * 2000))
    assert model.heard == []


@pytest.mark.parametrize("writer", ["openai:gpt-x", "gpt-x", "azure:openai:gpt-x"])
def test_a_judge_never_grades_its_own_answers(make, writer):
    judge = Judge(FakeListChatModel(responses=[GOOD]), "openai:gpt-x")
    with pytest.raises(EvaluationError, match="another model"):
        judge.judge(make.question(), make.answer(model=writer))


@pytest.mark.parametrize("writer", [None, "openai:gpt-x-mini", "x"])
def test_a_judge_grades_what_others_wrote(make, writer):
    judge = Judge(FakeListChatModel(responses=[GOOD]), "openai:gpt-x")
    assert judge.judge(make.question(), make.answer(model=writer)).correctness.score == 5


@pytest.mark.parametrize("reply", [GOOD, f"Her:\n```json\n{GOOD}\n```", f"Vel. {GOOD} Takk."])
def test_a_grade_is_read_from_among_words(reply):
    assert read_grade(reply).score == 5


@pytest.mark.parametrize(
    "reply",
    [
        "fem",
        "Score: 5",
        '{"score": 9, "reason": "x"}',
        '{"score": true, "reason": "x"}',
        '{"score": 4.5, "reason": "x"}',
        '{"score": 3}',
        "{",
        "",
    ],
)
def test_a_reply_without_a_grade_is_an_error(reply):
    with pytest.raises(EvaluationError, match="no JSON with reason and score"):
        read_grade(reply)


def test_a_judge_that_thinks_in_braces_is_read_and_one_that_wavers_is_not():
    assert read_grade(f"Format: {{reason, score}}. {{}} {GOOD}").score == 5
    assert read_grade(f"{GOOD} {GOOD}").score == 5
    with pytest.raises(EvaluationError, match="several scores"):
        read_grade(f"{BAD} Nei, {GOOD}")


def test_a_server_that_cut_the_input_gives_no_grade(make):
    class Cutting(FakeListChatModel):
        def _generate(self, *arguments, **options):
            usage = {"input_tokens": 256, "output_tokens": 9, "total_tokens": 265}
            message = AIMessage(GOOD, usage_metadata=usage)
            return ChatResult(generations=[ChatGeneration(message=message)])

    judge = Judge(Cutting(responses=[GOOD]), "j")
    with pytest.raises(EvaluationError, match="has read 256 tokens of about"):
        judge.judge(make.question(), make.answer("ord " * 2000))


def test_a_judging_that_was_killed_keeps_its_grades_and_says_what_it_did_not_reach(run):
    judge_run(Judge(FakeListChatModel(responses=[GOOD]), "j"), run, lambda _: None)
    path = run.folder / FILE_NAME
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text(lines[0] + lines[1][:30], "utf-8")
    (run.folder / UNGRADED_NAME).unlink()
    found = outcome_of(run)
    assert [judgment.id for judgment in found.judgments] == ["q1"]
    assert found.failures == dict.fromkeys(["q2", "q3", "q4"], "not reached")
    again = judge_run(Judge(FakeListChatModel(responses=[GOOD]), "j"), run, lambda _: None)
    assert [judgment.id for judgment in again.judgments] == ["q1", "q2", "q3", "q4"]


def test_a_reason_may_hold_line_marks_of_any_kind(run):
    reason = json.dumps({"reason": "a\u2028b\x85c\x0cd\ne", "score": 4}, ensure_ascii=False)
    judge_run(Judge(FakeListChatModel(responses=[reason]), "j"), run, lambda _: None)
    assert len(read_judgments(run.folder)) == 4


def test_a_run_is_judged_once_and_failures_are_tried_again(run):
    judge = Judge(FakeListChatModel(responses=[GOOD, GOOD, "?", GOOD, GOOD, GOOD, BAD]), "j")
    first = judge_run(judge, run, lambda _: None)
    assert "holds no JSON" in first.failures["q2"]
    assert "1 of 4 answers have no grade (1 × the judge's reply holds no JSON" in markdown(first)
    assert "1 of 4 answers have no grade" in html_report(run)
    assert [judgment.id for judgment in read_judgments(run.folder)] == ["q1", "q3", "q4"]
    again = judge_run(Judge(FakeListChatModel(responses=[GOOD]), "j"), run, lambda _: None)
    assert {judgment.id for judgment in again.judgments} == {"q1", "q2", "q3", "q4"}
    assert not outcome_of(run).failures
    with pytest.raises(EvaluationError, match="grades of j"):
        judge_run(Judge(FakeListChatModel(responses=[GOOD]), "k"), run, lambda _: None)


def test_agreement_with_the_string_measures_is_reported_with_kappa(run):
    # q1: fact recall 1, graded 5; q2: 1/2, graded 5; q4: 0, graded 1
    replies = [GOOD, GOOD, GOOD, GOOD, GOOD, GOOD, GOOD, BAD]
    outcome = judge_run(Judge(FakeListChatModel(responses=replies), "j"), run, lambda _: None)
    correct = next(found for found in outcome.agreements if found.grade == "correctness")
    # agree on q1 and q4: 2/3; chance 2/3 * 1/3 + 1/3 * 2/3 = 4/9; kappa (2/3 - 4/9) / (5/9)
    assert (correct.n, correct.agree) == (3, pytest.approx(2 / 3))
    assert correct.kappa == pytest.approx(0.4)
    assert "| correctness / fact recall | 0.67 | 0.40 | 3 |" in markdown(outcome)
    assert "Graded by j" in html_report(run)


def test_agreement_of_nothing_is_nothing(run):
    assert agreements(run.scored, ()) == ()


def test_an_unanswerable_question_is_judged_by_an_empty_evidence(make):
    question = make.question(gold=(), facts=())
    asked = str(correctness_messages(question, make.answer())[1].content)
    assert asked.endswith("Evidence:\n(none)")
    assert "(none)" in str(faithfulness_messages(question, make.answer(citations=[]))[1].content)
