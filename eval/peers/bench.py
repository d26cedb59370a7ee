"""One run, same work: each peer and Stifinner index the repaired texts and answer the questions.

All use one embedding model with the same engines. Ingest is timed from text to a searchable index
with an empty embedding cache; Stifinner's includes reading, repair, commitments, sentence vectors
and the questions beside passages, which the peers do not have; a second row has an index without
them. Latency is that of retrieval. A peer's answer, for fact recall, is its passages as they stand
(`eval.peers.peer`); Stifinner's is its extract.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from assistant.answers import AnswerJson
from assistant.build import embedding_model, open_assistant
from assistant.settings import AssistantSettings
from corpus.home import Home
from corpus.records import Document, DocumentId
from corpus.register import Register
from corpus.settings import CorpusSettings, read_settings
from eval.metrics import percentile
from eval.peers.peer import K, Peer, PeerAnswerer, SharedEmbeddings
from eval.provenance import describe_machine, short_commit
from eval.reference import Question
from eval.scoring import score_all
from eval.stifinner import IngestSources, system_of
from eval.summary import EstimateJson, measure_all
from eval.system import Answerer, SourceText, count_tokens

MEASURES = ("success@1", "success@5", "MRR@10", "success@1000tokens", "fact recall")
NO_QUESTIONS = {"expansions": "none"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerScores:
    """One row of the table: retrieval quality, latency of a question, and time to index."""

    name: str
    setup: str
    chunks: int
    ingest_s: float
    p50_ms: float
    p95_ms: float
    measures: dict[str, EstimateJson]


def bench(
    corpus: CorpusSettings,
    ingest: IngestSources,
    peers: Sequence[Callable[[], Peer]],
    questions: Sequence[Question],
    on_step: Callable[[str], None],
) -> tuple[PeerScores, ...]:
    """Measure Stifinner and the peers on the documents of the served index.

    Questions without gold quotes (unanswerable ones) are not asked: nothing relevant could rank.
    `on_step` is told what begins.
    """
    asked = [question for question in questions if question.gold]
    register = Register(Home(corpus.home).current())
    documents = {name: register.document(name) for name in register.document_ids()}
    sources: Sequence[str] = register.meta("sources")
    register.close()
    texts = [
        SourceText(id=document.info.id, title=document.info.title, text=document.text)
        for document in documents.values()
    ]
    model = embedding_model(corpus)
    bulk, light = model.bulk(), model.light()
    bulk.embed_documents(["warm up"])
    rows = []
    for name, changes in (("Stifinner", {}), ("Stifinner without questions", NO_QUESTIONS)):
        on_step(f"{name}: indexing, then {len(asked)} questions")
        changed = corpus.model_copy(update=changes)
        rows.append(_stifinner(name, changed, ingest, sources, documents, asked))
    for make in peers:
        peer = make()
        on_step(f"{peer.name}: indexing, then {len(asked)} questions")
        started = time.perf_counter()
        chunks = peer.index(texts, SharedEmbeddings(bulk, light))
        spent = time.perf_counter() - started
        answers = _ask(PeerAnswerer(peer), asked)
        rows.append(_scores(peer.name, peer.setup, chunks, spent, asked, answers, documents))
    return tuple(rows)


def _stifinner(
    name: str,
    corpus: CorpusSettings,
    ingest: IngestSources,
    sources: Sequence[str],
    documents: dict[DocumentId, Document],
    questions: Sequence[Question],
) -> PeerScores:
    with _cold_home(corpus) as cold:
        started = time.perf_counter()
        ingest(cold, sources)
        spent = time.perf_counter() - started
        settings = read_settings(AssistantSettings)
        assistant = open_assistant(cold, settings)
        try:
            system = system_of(assistant, cold, settings)
            answers = _ask(system.answerer, questions)
            chunks = sum(summary.passages for summary in assistant.index.register.summaries())
        finally:
            assistant.close()
    setup = f"passages of up to {corpus.max_tokens} tokens"
    return _scores(name, setup, chunks, spent, questions, answers, documents)


@contextmanager
def _cold_home(corpus: CorpusSettings) -> Iterator[CorpusSettings]:
    """A home with the converted model and nothing else."""
    with tempfile.TemporaryDirectory(prefix="stifinner-peers-") as folder:
        home = Path(folder)
        (home / "models").symlink_to(Home(corpus.home).models, target_is_directory=True)
        yield corpus.model_copy(update={"home": home})


def _ask(answerer: Answerer, questions: Sequence[Question]) -> dict[str, AnswerJson]:
    answerer.ask(questions[0].question)  # the first question pays for lazy loading on every side
    return {q.id: answerer.ask(q.question, q.history) for q in questions}


def _scores(
    name: str,
    setup: str,
    chunks: int,
    ingest_s: float,
    questions: Sequence[Question],
    answers: dict[str, AnswerJson],
    documents: dict[DocumentId, Document],
) -> PeerScores:
    scored = score_all(questions, answers, documents, count_tokens)
    times = [answer.timings_ms.retrieve for answer in answers.values()]
    found = measure_all(scored)
    return PeerScores(
        name=name,
        setup=setup,
        chunks=chunks,
        ingest_s=round(ingest_s, 1),
        p50_ms=round(percentile(times, 0.5), 1),
        p95_ms=round(percentile(times, 0.95), 1),
        measures={measure: found[measure] for measure in MEASURES},
    )


def markdown(rows: Sequence[PeerScores], questions: Sequence[Question], commit: str) -> str:
    """The peers side by side as a Markdown table; `commit` is that of the code that ran."""
    machine = describe_machine()
    lines = [
        "| System | " + " | ".join(MEASURES) + " | p50 / p95 ms | ingest s | chunks |",
        "|---|" + "--:|" * (len(MEASURES) + 3),
    ]
    for row in rows:
        values = [f"{row.measures[name].value or 0:.3f}" for name in MEASURES]
        lines.append(
            f"| {row.name} ({row.setup}) | {' | '.join(values)} | "
            f"{row.p50_ms:.0f} / {row.p95_ms:.0f} | {row.ingest_s:.0f} | {row.chunks} |"
        )
    asked = [question for question in questions if question.gold]
    splits = " and ".join(sorted({question.split.value for question in asked}))
    made = (
        f"n = {len(asked)} {splits} questions with gold quotes, k = {K}; "
        f"commit `{short_commit(commit)}`, {machine.processor}, {machine.cores} cores."
    )
    return "\n".join([*lines, "", made])


def as_json(rows: Sequence[PeerScores]) -> str:
    """The rows as JSON with the intervals that the table leaves out."""
    plain = [
        {**asdict(row), "measures": {n: m.model_dump() for n, m in row.measures.items()}}
        for row in rows
    ]
    return json.dumps(plain, indent=1, ensure_ascii=False)
