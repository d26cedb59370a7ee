import json
import time

import pytest

from assistant.batch import BatchQuestion, answer_batch, read_batch
from corpus.errors import EvaluationError

QUESTIONS = [
    "Hvem må godkjenne innsamling av helseopplysninger?",
    "Kven må godkjenne innsamling av helseopplysningar?",
    "Who must approve the collection of health data?",
    "Hvilke tiltak har NTNU ansvar for?",
    "Når ble kommuneplanens samfunnsdel vedtatt?",
    "Hva koster en månedsbillett på bussen?",
    "What are the goals of the smart city work?",
    "Hvilke krav stiller kommunen til forskningsprosjekter?",
    "Sammenlign samfunnsdelen og næringsplanen om samarbeid med NTNU",
    "😀",
]


def write(path, *lines):
    path.write_text("\n".join(json.dumps(one) for one in lines), encoding="utf-8")
    return path


def test_lines_become_questions_and_other_fields_are_left_alone(tmp_path):
    path = write(
        tmp_path / "in.jsonl",
        {"id": 7, "question": "Hva?", "gold": [1]},
        {"id": "8", "question": "Og?", "history": ["Hva?"]},
    )
    first, second = read_batch(path)
    assert (first.id, first.history) == ("7", [])
    assert second.history == ["Hva?"]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("not json", "line 2"),
        ('{"id": "2"}', "line 2, question"),
        ('{"question": "Hva?"}', "line 2, id"),
        ('{"id": "2", "question": "Hva?", "history": "Hva?"}', "line 2, history"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, line, named):
    path = tmp_path / "in.jsonl"
    path.write_text('{"id": "1", "question": "Hva?"}\n' + line + "\n")
    with pytest.raises(EvaluationError, match=named):
        read_batch(path)


def test_every_question_gets_a_line_in_order_and_as_when_asked_alone(assistant, ask, tmp_path):
    questions = [BatchQuestion(id=f"q{n}", question=q) for n, q in enumerate(QUESTIONS)]
    questions.append(BatchQuestion(id="f", question="Og hvorfor?", history=[QUESTIONS[0]]))
    out = tmp_path / "folder" / "out.jsonl"
    from datetime import date

    assert answer_batch(assistant, questions, out, 5, (), date(2022, 6, 1)) == 0
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == [question.id for question in questions]
    for line, question in zip(lines, questions, strict=True):
        alone = ask(question.question, *question.history, k=5)
        assert line["answer"] == alone.answer
        assert [p["passage_id"] for p in line["passages"]] == [p.passage_id for p in alone.passages]


class Failing:
    """Answers all but one question."""

    def __init__(self, assistant):
        self._assistant = assistant

    def ask(self, question, *arguments):
        if question == "!":
            raise RuntimeError("no answer")
        return self._assistant.ask(question, *arguments)


def test_one_question_that_fails_is_counted_and_the_others_are_answered(
    assistant, tmp_path, caplog
):
    questions = [BatchQuestion(id=name, question=q) for name, q in (("a", "Hva?"), ("b", "!"))]
    questions.append(BatchQuestion(id="c", question="Hvem?"))
    out = tmp_path / "out.jsonl"
    assert answer_batch(Failing(assistant), questions, out, 5, (), None) == 1
    assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == ["a", "c"]
    assert "question b failed" in caplog.text


@pytest.mark.slow
def test_two_hundred_questions_take_less_than_a_minute(bundled, tmp_path):
    lines = [
        {"id": str(n), "question": f"{QUESTIONS[n % len(QUESTIONS)]}{' ' * (n // 10)}"}
        for n in range(200)
    ]
    source = write(tmp_path / "in.jsonl", *lines)
    started = time.monotonic()
    done = bundled("ask", "--batch", source, "--out", tmp_path / "out.jsonl")
    assert time.monotonic() - started < 60
    assert done.status == 0, done.err
    assert not done.out
    assert len((tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()) == 200
