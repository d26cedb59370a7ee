"""A language model fills in the register's query; what it writes is checked before it counts."""

import json
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import Field

from assistant.answers import AnswerJson
from assistant.commitment_grammar import Wanted
from assistant.commitment_query import CommitmentQuery, select
from assistant.commitment_tool import CommitmentTool
from assistant.frames import REGISTER_BY_MODEL
from assistant.register_answers import RegisterAnswerer
from corpus.errors import GenerationError

# Trigger words, and nothing that the grammar knows a field for.
VAGUE = "Hvilke forpliktelser tar universitetet i Trondheim på seg sammen med andre, og når?"


class ScriptedModel(BaseChatModel):
    """A chat model with tools that always makes the same call."""

    call: dict[str, Any] | None = None
    heard: list[Any] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools, **options):
        return self

    def _generate(self, messages, stop=None, run_manager=None, **options):
        self.heard.append(messages)
        if self.call is None:
            raise TimeoutError("no answer")
        calls = [{"name": "CommitmentForm", "args": self.call, "id": "1"}]
        return ChatResult(generations=[ChatGeneration(message=AIMessage("", tool_calls=calls))])


class DeafModel(ScriptedModel):
    """A chat model without tools."""

    def bind_tools(self, tools, **options):
        raise NotImplementedError


@pytest.fixture(scope="module")
def rows(assistant):
    return assistant.index.register.commitments()


@pytest.fixture(scope="module")
def titles(assistant):
    return {name: info.title for name, info in assistant.library.infos.items()}


def form(**fields):
    return {"is_about_commitments": True, **fields}


@pytest.fixture
def understand(rows, titles):
    def put(documents=(), **fields):
        tool = CommitmentTool(ScriptedModel(call=form(**fields)))
        return tool.understand(VAGUE, rows, titles, documents)

    return put


def test_a_filled_form_becomes_a_query_with_the_registers_own_names(understand):
    understood = understand(partner="Norges teknisk-naturvitenskapelige universitet", due="2012")
    assert understood.query == CommitmentQuery(partner="NTNU", due="2012")
    assert understood.wanted is Wanted.ROWS
    understood = understand(goal="Mål 6", strategy="6.1.", wanted="count of strategies")
    assert understood.query == CommitmentQuery(goal="6", strategy="6.1")
    assert understood.wanted is Wanted.COUNT_STRATEGIES


@pytest.mark.parametrize(
    "fields",
    [
        {"partner": "Microsoft"},
        {"goal": "99"},
        {"strategy": "99.9"},
        {"due": "snart"},
        {"text": "x" * 100},
        {"documents_": ["ukjent"]},
        {},
        {"is_about_commitments": False, "partner": "NTNU"},
    ],
)
def test_a_form_with_values_nobody_knows_or_none_is_no_query(rows, titles, fields):
    call = {name.rstrip("_"): value for name, value in form(**fields).items()}
    assert CommitmentTool(ScriptedModel(call=call)).understand(VAGUE, rows, titles) is None


@pytest.mark.parametrize(
    "model",
    [
        ScriptedModel(),
        ScriptedModel(call=form(modality="maybe")),
        ScriptedModel(call=form(unheard_of="field")),
        DeafModel(call=form(partner="NTNU")),
    ],
)
def test_a_model_that_fails_or_breaks_the_form_is_an_error(rows, titles, model):
    with pytest.raises(GenerationError, match="passages"):
        CommitmentTool(model).understand(VAGUE, rows, titles)


def test_the_documents_of_the_user_bound_what_is_asked(understand):
    understood = understand(documents=["samfunnsdel"], goal="3")
    assert understood.query.documents == ("samfunnsdel",)
    assert understand(documents=["samfunnsdel"], partner="Avinor") is None


def test_the_model_is_told_the_known_values_and_never_the_rows(rows, titles):
    model = ScriptedModel(call=form(partner="NTNU"))
    CommitmentTool(model).understand(VAGUE, rows, titles)
    ((system, human),) = model.heard
    assert human.content == VAGUE
    for value in ("naeringsplan", "NTNU", "4.1", "Innovasjon Norge"):
        assert value in system.content
    assert not [row for row in rows if len(row.measure) > 40 and row.measure in system.content]


def answerer(assistant, model):
    return RegisterAnswerer(assistant.index, assistant.library, CommitmentTool(model))


def write(assistant, model, question=VAGUE):
    citer = assistant.library.citer()
    return answerer(assistant, model).write(assistant.make_query(question), (), citer)


def test_the_rows_of_a_models_query_come_from_the_register_and_the_reader_is_told(assistant, rows):
    assert write(assistant, ScriptedModel()) is None
    answer = write(assistant, ScriptedModel(call=form(partner="NTNU", due="2012")))
    assert list(answer.rows) == select(rows, CommitmentQuery(partner="NTNU", due="2012"))
    assert answer.query == CommitmentQuery(partner="NTNU", due="2012")
    assert REGISTER_BY_MODEL["nb"] in answer.filter_text
    assert "NTNU" in answer.filter_text


def test_the_model_is_asked_only_for_what_looks_like_commitments_and_the_grammar_leaves(assistant):
    model = ScriptedModel(call=form(partner="NTNU"))
    assert write(assistant, model, "Hvem må godkjenne innsamling av helseopplysninger?") is None
    understood = write(assistant, model, "Hvilke tiltak har SINTEF ansvar for?")
    assert model.heard == []
    assert REGISTER_BY_MODEL["nb"] not in understood.filter_text


def test_a_query_that_no_row_fits_leaves_the_question_to_the_passages(assistant):
    assert write(assistant, ScriptedModel(call=form(partner="Avinor", due="1999"))) is None


def test_the_query_of_an_answer_is_no_part_of_its_json(ask):
    answer = ask("Hvilke tiltak har SINTEF ansvar for?")
    assert answer.register_query == CommitmentQuery(responsible="SINTEF")
    assert "register_query" not in json.loads(answer.model_dump_json())
    assert AnswerJson.model_validate_json(answer.model_dump_json()).register_query is None
