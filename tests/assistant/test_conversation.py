import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation import MAX_BORROWED, stand_alone

FIRST = "Hvilke krav stiller kommunen til innsamling av helseopplysninger?"


@pytest.mark.parametrize(
    "follow_up",
    [
        "Og hva med biobanker?",
        "Kva med dei?",
        "Hvorfor?",
        "Gjelder det fortsatt?",
        "Hvem har ansvar for dem?",
        "What about students?",
        "And why?",
        "Who decides that?",
        "Mer om dette?",
    ],
)
def test_a_follow_up_borrows_the_words_of_the_question_before_it(follow_up):
    standalone = stand_alone(follow_up, [FIRST])
    assert standalone.followed
    assert standalone.text.startswith(follow_up.rstrip("?"))
    assert "helseopplysninger" in standalone.text
    assert standalone.text.endswith("?")


@pytest.mark.parametrize(
    "new_subject",
    [
        "Hvilke strategier hører til mål 1 i næringsplanen?",
        "What does the roadmap say about artificial intelligence?",
        "Kven er med i Trondheimsregionen og kor mange kommunar er det?",
        "Hvilke er de elleve kommunene i Trondheimsregionen?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(new_subject):
    standalone = stand_alone(new_subject, [FIRST])
    assert not standalone.followed
    assert standalone.text == new_subject


def test_without_a_history_nothing_is_borrowed():
    assert stand_alone("Hvorfor?", []).text == "Hvorfor?"


def test_a_chain_of_follow_ups_goes_back_to_the_question_that_stood_alone():
    standalone = stand_alone("Og hvorfor?", [FIRST, "Gjelder det studenter?"])
    assert "helseopplysninger" in standalone.text


def test_only_the_last_subject_counts():
    standalone = stand_alone("Hvorfor?", [FIRST, "Hvilke tiltak har frist 2011 i næringsplanen?"])
    assert "helseopplysninger" not in standalone.text
    assert "næringsplanen" in standalone.text


def test_words_already_there_are_not_borrowed_again():
    standalone = stand_alone("Og hva med helseopplysninger?", [FIRST])
    assert standalone.text.count("helseopplysninger") == 1


def test_a_history_of_nothing_changes_nothing():
    assert not stand_alone("Hvorfor?", ["", "😀"]).followed


@given(st.text(max_size=80), st.lists(st.text(max_size=80), max_size=4))
def test_a_question_never_loses_its_own_words_and_borrows_few(question, history):
    standalone = stand_alone(question, history)
    if not standalone.followed:
        assert standalone.text == question
    else:
        own, _, borrowed = standalone.text.partition(" – ")
        assert own.rstrip(" ?.!") in question or question.rstrip(" ?.!") in standalone.text
        assert len(borrowed.split()) <= MAX_BORROWED + len(question.split())


def test_a_follow_up_is_answered_about_the_earlier_subject_and_told_so(ask, assert_verbatim):
    answer = ask("Hvem må godkjenne det?", "Hvilke regler gjelder for innsamling av helsedata?")
    assert_verbatim(answer)
    assert "helsedata" in answer.standalone_question
    assert answer.question == "Hvem må godkjenne det?"
    assert any(n.kind == "scope" and "Forstått som" in n.text for n in answer.notes)
    assert answer.citations[0].document_id in {"fou-side", "veikart-helse"}


def test_a_change_of_subject_is_noticed_and_told(ask):
    answer = ask(
        "Hva sier veikartet om kunstig intelligens?", "Hvilke tiltak har SINTEF ansvar for?"
    )
    assert answer.standalone_question == answer.question
    assert any("nytt tema" in note.text for note in answer.notes)


def test_the_first_question_carries_no_note_on_the_conversation(ask):
    notes = ask("Hva sier veikartet om kunstig intelligens?").notes
    assert not [note for note in notes if note.kind == "scope"]


def test_what_about_another_actor_asks_the_same_of_that_actor(ask, assistant):
    answer = ask("Og hva med NTNU?", "Hvilke tiltak har SINTEF ansvar for?")
    rows = {(row.document_id, row.start): row for row in assistant.index.register.commitments()}
    cited = [rows[c.document_id, c.start] for c in answer.citations]
    responsible = {name for row in cited for name in row.responsible_names}
    assert responsible == {"NTNU"}
