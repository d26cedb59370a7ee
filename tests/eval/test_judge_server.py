"""The judge against a real server: llama.cpp with Gemma 3, 270 million weights, a base model.

It was never taught to grade, so most of its replies hold no grade, which is what has to be counted.
A recorder stands before the server and keeps every request and reply as they went over the wire.
"""

import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from corpus.chat import make_chat_model
from corpus.errors import EvaluationError
from eval.judge import (
    Judge,
    correctness_messages,
    faithfulness_messages,
    judge_run,
    markdown,
    outcome_of,
    read_grade,
)
from eval.reference import Gold
from eval.report import html_report
from eval.runs import run_questions
from tests.llm import serve_llm

pytestmark = pytest.mark.slow
REPLY_TOKENS = 32
GRADES = 'root ::= "{\\"reason\\": \\"" [a-z ]{3,12} "\\", \\"score\\": " [1-5] "}"'


class Recorder(ThreadingHTTPServer):
    """Hands requests on to a server and keeps (request, status, reply) of each, as JSON."""

    def __init__(self, server: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.server_url = server.removesuffix("/v1")
        self.kept: list[tuple[dict, int, dict]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def tokens(self, text: str) -> int:
        """Tokens of `text` as the server itself counts them."""
        asked = {"content": text, "add_special": False}
        return len(httpx.post(f"{self.server_url}/tokenize", json=asked).json()["tokens"])


class _Handler(BaseHTTPRequestHandler):
    server: Recorder

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        reply = httpx.post(self.server.server_url + self.path, content=body, timeout=200)
        self.server.kept.append((json.loads(body), reply.status_code, reply.json()))
        self.send_response(reply.status_code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reply.content)))
        self.end_headers()
        self.wfile.write(reply.content)

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def llm(tmp_path_factory):
    with serve_llm(tmp_path_factory.mktemp("llm")) as address:
        yield address


@pytest.fixture
def recorder(llm):
    with Recorder(llm) as found:
        thread = threading.Thread(target=found.serve_forever, daemon=True)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


@pytest.fixture
def judge(recorder):
    def make(window=None, **options):
        model = make_chat_model(
            "openai:gemma", base_url=recorder.address, timeout_s=200, max_retries=0,
            max_tokens=REPLY_TOKENS, **options,
        )  # fmt: skip
        return Judge(model, "openai:gemma", window)

    return make


@pytest.fixture
def run(tmp_path, system, questions, answerer, make):
    """Four answers, the first with much to read: every word of it is told apart by its number."""
    numbered = " ".join(f"ord{n}" for n in range(120))
    quotes = tuple(Gold(document_id="plan", quote=f"Sitat {n} slutter her.") for n in range(12))
    asked = (make.question("q1", gold=quotes), *questions[1:])
    passages = [make.passage(1, f"Elleve kommuner er med. {numbered} Slutt på passasjen.")]
    answerer.script[asked[0].question] = make.answer(passages=passages)
    return run_questions(
        system, asked, tmp_path / "a", question_set="dev", on_answer=lambda _: None
    )


def _sent(request):
    return [message["content"] for message in request["messages"]]


def _meant(run):
    found = {}
    for one in run.scored:
        for messages in (
            faithfulness_messages(one.question, one.answer),
            correctness_messages(one.question, one.answer),
        ):
            found[tuple(str(message.content) for message in messages)] = one.question.id
    return found


def test_the_whole_input_reaches_the_model_and_what_is_no_grade_is_counted(recorder, judge, run):
    outcome = judge_run(judge(), run, lambda _: None)
    meant = _meant(run)
    replies: dict[str, list[str]] = {}
    for request, status, reply in recorder.kept:
        assert status == 200
        contents = _sent(request)
        replies.setdefault(meant[tuple(contents)], []).append(
            reply["choices"][0]["message"]["content"]
        )
        # What the model read, by its server's own count: the whole of both messages, and the few
        # tokens that the chat template puts around them.
        whole = sum(recorder.tokens(content) for content in contents)
        assert whole <= reply["usage"]["prompt_tokens"] <= whole + 40
    assert max(reply["usage"]["prompt_tokens"] for *_, reply in recorder.kept) > 500

    assert set(replies) == {one.question.id for one in run.scored}
    graded = {judgment.id: judgment for judgment in outcome.judgments}
    assert graded.keys() | outcome.failures.keys() == set(replies)
    assert not graded.keys() & outcome.failures.keys()
    for name, judgment in graded.items():
        assert [read_grade(reply) for reply in replies[name]] == [
            judgment.faithfulness, judgment.correctness,
        ]  # fmt: skip
    for name in outcome.failures:
        with pytest.raises(EvaluationError):
            read_grade(replies[name][-1])
    assert outcome.failures, "a base model that grades well needs another test"
    told = f"{len(outcome.failures)} of 4 answers have no grade ("
    assert told in markdown(outcome)
    assert outcome_of(run) == outcome
    assert told in html_report(run)


def test_grades_that_the_model_gives_are_kept_as_it_gave_them(recorder, judge, run):
    run = replace(run, scored=run.scored[:2])
    outcome = judge_run(judge(extra_body={"grammar": GRADES}), run, lambda _: None)
    assert len(recorder.kept) == 4
    assert not outcome.failures
    meant = _meant(run)
    for request, _, reply in recorder.kept:
        written = json.loads(reply["choices"][0]["message"]["content"])
        judgment = next(j for j in outcome.judgments if j.id == meant[tuple(_sent(request))])
        assert written in [judgment.faithfulness.model_dump(), judgment.correctness.model_dump()]
    assert "no grade" not in html_report(run)


def test_an_input_larger_than_the_servers_context_is_counted_and_never_cut(
    recorder, judge, make, tmp_path, system, questions, answerer
):
    answerer.script[questions[0].question] = make.answer("Svar på spørsmålet. " * 1200)
    run = run_questions(
        system, questions[:1], tmp_path / "b", question_set="dev", on_answer=lambda _: None
    )
    outcome = judge_run(judge(), run, lambda _: None)
    assert [status for _, status, _ in recorder.kept] == [400]
    assert not outcome.judgments
    assert outcome.failures.keys() == {"q1"}
    recorder.kept.clear()
    watched = judge_run(judge(window=4096), run, lambda _: None)
    assert "its window 4096" in watched.failures["q1"]
    assert recorder.kept == []
