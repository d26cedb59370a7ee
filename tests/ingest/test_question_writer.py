"""Replies of chat models: in form, in lines, broken, late and never."""

from collections.abc import Iterable
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from corpus.errors import GenerationError
from ingest.question_writer import SYSTEM_PROMPT, QuestionWriter, parse_questions


class BusyError(Exception):
    """What a client raises for a server with too much to do."""

    status_code = 503


class WrongKeyError(Exception):
    status_code = 401


class Script:
    """Replies in order; an exception among them is raised."""

    def __init__(self, replies: Iterable[str | AIMessage | Exception]) -> None:
        self.left = list(replies)

    def __iter__(self) -> "Script":
        return self

    def __next__(self) -> Any:
        reply = self.left.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply


class ToolModel(GenericFakeChatModel):
    """A model that can be held to a form by tool calls."""

    def bind_tools(self, tools: Any, **_: Any) -> Any:
        return self


def writer_of(*replies: Any, kind: type[GenericFakeChatModel] = GenericFakeChatModel):
    script = Script(replies)
    return QuestionWriter(kind(messages=script), "fake", first_wait_s=0), script


def in_form(*questions: str) -> AIMessage:
    call = {"name": "WrittenQuestions", "args": {"questions": list(questions)}, "id": "1"}
    return AIMessage("", tool_calls=[call])


def test_lines_with_numbers_bullets_labels_and_talk_around_them_become_questions():
    reply = """Her er fem spørsmål:

1. Når blir badet ferdig?
2) **Nynorsk:** Kven leier arbeidet?
- "Who leads the work?"
* svømmehall Meldal 2024
**5. Hva koster det?**
[6] Question 6 (English): What does it cost?
FoU: hva er det egentlig?
Lykke til!"""
    assert parse_questions(reply) == [
        "Når blir badet ferdig?",
        "Kven leier arbeidet?",
        "Who leads the work?",
        "svømmehall Meldal 2024",
        "Hva koster det?",
        "What does it cost?",
        "FoU: hva er det egentlig?",
    ]


@pytest.mark.parametrize(
    ("reply", "questions"),
    [
        ('```json\n{"questions": ["Når \\"åpner\\" det?", "Who leads?", "Kven er av', 2),
        ('["a b?", "it\\\'s c?"]', 2),
        ('{"questions": [{"question": "Hva er det?", "type": "nynorsk"}]}', 1),
        ("<think>Hva skal jeg spørre om?\n1. om badet</think>\nNår åpner badet?", 1),
        ("<think>Hva skal jeg spørre om? Om badet?", 0),
        ("Jeg kan ikke hjelpe med det.", 0),
        ("<|im_end|>\n<|im_end|>", 0),
        ("1. " + "ja " * 200, 0),
        ("", 0),
    ],
)
def test_broken_and_odd_replies_give_what_can_be_read(reply, questions):
    found = parse_questions(reply)
    assert len(found) == questions
    assert all("\\" not in one for one in found)


def test_a_model_that_holds_a_form_is_read_by_it(make_passage):
    writer, _ = writer_of(in_form("1. Når åpner badet?", "Kven leier?"), kind=ToolModel)
    assert writer.write(make_passage()) == ("Når åpner badet?", "Kven leier?")


def test_a_model_that_answers_in_lines_although_held_to_a_form_is_read_by_lines(make_passage):
    writer, _ = writer_of(AIMessage("Når åpner badet?\nKven leier det?"), kind=ToolModel)
    assert len(writer.write(make_passage())) == 2


def test_a_server_that_refuses_the_form_is_asked_for_lines_from_then_on(make_passage):
    refused = ValueError("response_format is not supported")
    writer, script = writer_of(refused, "Når åpner badet?", "Kven leier?", kind=ToolModel)
    assert writer.write(make_passage()) == ("Når åpner badet?",)
    assert writer.write(make_passage()) == ("Kven leier?",)
    assert not script.left


def test_a_busy_server_is_asked_again(make_passage):
    writer, script = writer_of(BusyError(), ConnectionResetError(), "Når åpner badet?")
    assert writer.write(make_passage()) == ("Når åpner badet?",)
    assert not script.left


def test_after_four_attempts_it_gives_up_and_says_why(make_passage):
    writer, script = writer_of(*[BusyError("too many requests")] * 5)
    with pytest.raises(GenerationError, match="too many requests"):
        writer.write(make_passage())
    assert len(script.left) == 1


def test_a_wrong_key_is_not_tried_again(make_passage):
    writer, script = writer_of(WrongKeyError("invalid key"), "Når åpner badet?")
    with pytest.raises(GenerationError, match="STIFINNER_LLM"):
        writer.write(make_passage())
    assert len(script.left) == 1


def test_at_most_twelve_different_questions_are_taken(make_passage):
    reply = "\n".join(f"Hva er nummer {n // 2}?" for n in range(60))
    writer, _ = writer_of(reply)
    questions = writer.write(make_passage())
    assert len(questions) == len(set(questions)) == 12


def test_a_key_names_text_headings_and_model(make_passage):
    writer, _ = writer_of()
    other = QuestionWriter(GenericFakeChatModel(messages=iter(())), "other")
    same = make_passage()
    assert writer.key(same) == writer.key(make_passage(start=400))
    keys = {
        writer.key(same),
        writer.key(make_passage("Noe annet.")),
        writer.key(make_passage(context="Plan > Helse")),
        other.key(same),
    }
    assert len(keys) == 4


def test_the_prompt_asks_for_all_five_kinds_of_question():
    for word in ("8 to 12", "everyday Norwegian", "exact terms", "nynorsk", "plain English"):
        assert word in SYSTEM_PROMPT
    assert "outsider" in SYSTEM_PROMPT
