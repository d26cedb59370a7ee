import json

import pytest

from corpus.errors import EvaluationError
from eval.reference import (
    REFERENCE_FOLDER,
    Gold,
    QuestionKind,
    Split,
    check_independence,
    check_questions,
    load_questions,
    paraphrase_groups,
    write_questions,
)


@pytest.fixture
def texts(documents):
    return {name: document.text for name, document in documents.items()}


def _messages(questions, texts):
    return [str(problem) for problem in check_questions(questions, texts)]


def test_questions_written_are_the_questions_read(tmp_path, questions):
    path = tmp_path / "own.jsonl"
    write_questions(path, questions)
    assert load_questions([path]) == questions
    assert load_questions([tmp_path], Split.TEST) == questions[3:]


def test_a_wrong_line_is_named_by_file_line_and_field(tmp_path, questions):
    path = tmp_path / "own.jsonl"
    write_questions(path, questions)
    lines = path.read_text("utf-8").splitlines()
    wrong = json.loads(lines[1]) | {"kind": "riddle"}
    path.write_text("\n".join([lines[0], json.dumps(wrong)]), "utf-8")
    with pytest.raises(EvaluationError, match=r"own.jsonl, line 2: kind: .*factoid"):
        load_questions([path])


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(EvaluationError, match="no question file"):
        load_questions([tmp_path / "none.jsonl"])


def test_a_right_set_has_no_problems(questions, texts):
    assert check_questions(questions[:3], texts) == ()


def test_the_checker_names_a_quote_that_does_not_stand_in_its_document(make, texts):
    wrong = make.question(gold=(Gold(document_id="plan", quote="Tolv kommuner er med."),))
    assert _messages([wrong], texts) == [
        "q1, quote_1: 'Tolv kommuner er med.' does not stand in plan"
    ]


def test_the_checker_names_an_unknown_document(make, texts):
    wrong = make.question(gold=(Gold(document_id="other", quote="x"),))
    assert "no document 'other'; there are: plan, side" in _messages([wrong], texts)[0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": QuestionKind.UNANSWERABLE}, "kind: is unanswerable but has gold"),
        ({"facts": ()}, "has no facts"),
        ({"gold": ()}, "has no gold quote"),
        ({"kind": QuestionKind.FOLLOWUP}, "without history"),
        ({"note": "same-as:q9"}, "q9, which is no question's id"),
    ],
)
def test_the_checker_holds_each_kind_to_its_form(make, texts, changes, message):
    assert any(message in found for found in _messages([make.question(**changes)], texts))


def test_a_validity_question_may_lack_gold(make, texts):
    assert not check_questions([make.question(kind=QuestionKind.VALIDITY, gold=())], texts)


def test_no_id_and_no_question_stands_twice_and_paraphrases_share_a_split(make, texts):
    same = make.question("q2", question="spørsmål Q1")
    assert _messages([make.question(), same], texts) == ["q2, question: asks the same as q1"]
    assert "stands 2 times" in _messages([make.question(), make.question()], texts)[0]
    other = make.question("q2", note="same-as:q1", split=Split.TEST)
    assert "stand in both splits" in _messages([make.question(), other], texts)[0]


def test_paraphrases_are_grouped_by_note_or_field(make):
    questions = [
        make.question("a"),
        make.question("b", note="same-as:a; spoken"),
        make.question("c", group="g"),
        make.question("d", group="g"),
        make.question("e"),
    ]
    assert paraphrase_groups(questions) == {"a": ("a", "b"), "g": ("c", "d")}


def test_the_bundled_set_can_be_read_and_each_id_is_unique():
    found = load_questions([REFERENCE_FOLDER])
    assert len({question.id for question in found}) == len(found)


def test_a_question_that_is_nearly_indexed_beside_a_passage_is_named(make):
    question = make.question(question="Hvor mange kommuner er med i planen?")
    near, far = "hvor mange kommuner er med i planen", "Hvilke byer er med?"
    (problem,) = check_independence([question], [far, near])
    assert near in problem.message
    assert check_independence([question], [far]) == ()


def test_a_test_question_in_nearly_the_words_of_a_dev_question_is_named(make, texts):
    dev = make.question("d", question="Hvor mange kommuner er med i planen?")
    hidden = {"split": Split.TEST}
    near = make.question("t", question="Hvor mange kommuner er med i denne planen?", **hidden)
    far = make.question("u", question="Hvem har ansvar for havrommet?", **hidden)
    follow = make.question(
        "f", question=dev.question, history=("Hva sier samfunnsdelen om dette?",), split=Split.TEST
    )
    (told,) = _messages([dev, near, far, follow], texts)
    assert told.startswith("t, question: is nearly d of the dev split")


def test_a_paraphrase_of_a_paraphrase_or_of_a_grouped_question_is_in_its_group(make):
    questions = [
        make.question("a"),
        make.question("b", note="same-as:a"),
        make.question("c", note="same-as:b"),
        make.question("d", group="g"),
        make.question("e", note="same-as:d"),
        make.question("x", note="same-as:y"),
        make.question("y", note="same-as:x"),
    ]
    groups = paraphrase_groups(questions)
    assert sorted(groups.values()) == [("a", "b", "c"), ("d", "e"), ("x", "y")]


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("elleve kommuner er med.", False),  # another case
        ("Elleve kommuner var med.", False),  # one word changed
        ("Elleve  kommuner\ner med", True),  # white space is not compared
        ("lleve kommuner er med.", False),  # begins inside a word
        ("Elleve kommuner er me", False),  # ends inside a word
        ("Elleve kommuner er med. NTNU skal utvikle", True),  # over a line and page break
        ("Elleve kommuner skal utvikle", False),  # words that do not stand together
    ],
)
def test_a_quote_stands_only_as_it_is_printed(make, texts, quote, stands):
    question = make.question(gold=(Gold(document_id="plan", quote=quote),))
    assert (not check_questions([question], texts)) is stands
