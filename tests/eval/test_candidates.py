import pytest

from corpus.errors import EvaluationError
from eval.candidates import FOLDER, Candidates, CandidateState, record_feedback, table_rows
from eval.tables import read_table, write_table


@pytest.fixture
def texts(documents):
    return {name: document.text for name, document in documents.items()}


@pytest.fixture
def candidates(tmp_path):
    return Candidates(tmp_path / FOLDER)


def _give(home, answer, helpful=False, comment="", history=()):
    record_feedback(home, answer, history, helpful=helpful, comment=comment)


def test_feedback_waits_as_a_candidate_and_the_same_feedback_only_once(tmp_path, candidates, make):
    assert candidates.waiting() == ()
    _give(tmp_path, make.answer(), comment=" feil tall ")
    _give(tmp_path, make.answer())
    _give(tmp_path, make.answer(question="En annen?"))
    assert [c.comment for c in candidates.waiting()] == ["feil tall", ""]


def test_a_rejected_candidate_stays_with_the_reason_and_does_not_come_back(
    tmp_path, candidates, make
):
    _give(tmp_path, make.answer())
    (waiting,) = candidates.waiting()
    candidates.reject(waiting.id, "spurt før")
    _give(tmp_path, make.answer())
    assert candidates.waiting() == ()
    assert [(c.state, c.reason) for c in candidates.all()] == [
        (CandidateState.REJECTED, "spurt før")
    ]
    with pytest.raises(EvaluationError, match="waiting: none"):
        candidates.reject(waiting.id, "igjen")


def test_a_candidate_goes_through_a_table_and_the_checker_before_it_is_accepted(
    tmp_path, candidates, make, texts
):
    _give(tmp_path, make.answer(question="=Hvor mange?"), helpful=True, history=("Hva?",))
    path = tmp_path / "review.xlsx"
    write_table(path, list(texts), table_rows(candidates.waiting()))
    (problem,) = read_table(path, texts).problems
    assert problem.column == "facts"  # what a right answer must hold is for the reviewer to say
    rows = [row | {"facts": "11 kommuner"} for row in table_rows(candidates.waiting())]
    write_table(path, list(texts), rows)
    reading = read_table(path, texts)
    assert reading.problems == ()
    (question,) = reading.questions
    assert question.question == "=Hvor mange?"
    assert question.history == ("Hva?",)
    assert [gold.quote for gold in question.gold] == ["Elleve kommuner er med."]
    assert candidates.accept([question.id, "another"], "own.jsonl") == 1
    assert candidates.waiting() == ()


def test_what_an_unhelpful_answer_cited_is_not_offered_as_gold(tmp_path, candidates, make):
    _give(tmp_path, make.answer(), helpful=False, comment="feil")
    (row,) = table_rows(candidates.waiting())
    assert "quote_1" not in row
    assert row["note"] == "chat, not helpful: feil"


def test_a_damaged_line_is_named(tmp_path, candidates, make):
    _give(tmp_path, make.answer())
    path = tmp_path / FOLDER / "candidates.jsonl"
    path.write_text(path.read_text("utf-8") + "{}\n", "utf-8")
    with pytest.raises(EvaluationError, match="line 2 is damaged"):
        candidates.all()


def test_what_users_write_never_damages_the_file_of_candidates(tmp_path, candidates, make):
    comment = "linje\u2028skille\x85og\x0cside\nny"
    _give(tmp_path, make.answer(), comment=comment)
    _give(tmp_path, make.answer(question="En annen?"))
    assert [candidate.comment for candidate in candidates.waiting()] == [comment, ""]
