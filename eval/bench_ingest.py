"""How fast documents become an index: `make bench-ingest`.

Passages are generated from real sentences of the bundled documents, drawn anew with a fixed seed,
and go the way of an ingest from the finished passages on: units, embedding through the cache,
Chroma, BM25. Measured beside it is the same model on its own: sentence-transformers' `encode` with
the same backend on the same texts, turn about with our path. `--without-model` leaves embedding out
(vectors are drawn at random), to measure register, BM25, Chroma and memory on a busy machine.
"""

from __future__ import annotations

import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from corpus.embedding import EmbeddingModel, Vectors
from corpus.embedding_cache import CachedEmbeddings, EmbeddingCache
from corpus.index import BulkEmbeddings, SnapshotWriter
from corpus.records import (
    Block,
    BlockKind,
    Document,
    DocumentId,
    DocumentInfo,
    PageSpan,
    Passage,
    PassageId,
)
from corpus.register import Register
from corpus.settings import BUNDLED_DOCUMENTS, CorpusSettings, read_settings
from corpus.text import split_sentences
from corpus.transformer_embedding import TransformerEmbeddings
from corpus.vectors import ChromaWriter, connect
from eval.provenance import commit_of_checkout, describe_machine

PASSAGES_A_DOCUMENT = 250
SENTENCES_A_PASSAGE = (3, 9)
WINDOW = 2048
DIMENSIONS = 384  # of the bundled model
SLICE, SLICES = 256, 16  # short turns, so that other work on the machine slows both sides
CONTEXT = "Kommuneplan › 4 Næringsutvikling › 4.2 Tiltak"
SHORTEST, LONGEST = 25, 320


def real_sentences() -> list[str]:
    """Sentences of the bundled documents, of usual lengths."""
    found: list[str] = []
    for path in sorted(BUNDLED_DOCUMENTS.glob("*.txt")):
        text = " ".join(path.read_text(encoding="utf-8").split())
        found += [text[start:end] for start, end in split_sentences(text)]
    return [sentence for sentence in found if SHORTEST <= len(sentence) <= LONGEST]


def generated_documents(count: int, seed: int = 7) -> Iterator[tuple[Document, list[Passage]]]:
    """Documents with `count` passages in all, each made when asked for."""
    sentences = real_sentences()
    rng = random.Random(seed)
    for first in range(0, count, PASSAGES_A_DOCUMENT):
        texts = [
            " ".join(rng.choices(sentences, k=rng.randint(*SENTENCES_A_PASSAGE)))
            for _ in range(first, min(first + PASSAGES_A_DOCUMENT, count))
        ]
        yield _document(f"bench-{first}", texts)


def _document(identity: str, texts: Sequence[str]) -> tuple[Document, list[Passage]]:
    info = DocumentInfo(id=DocumentId(identity), file=f"{identity}.txt", title=identity)
    blocks: list[Block] = []
    start = 0
    for text in texts:
        end = start + len(text)
        blocks.append(
            Block(kind=BlockKind.PARAGRAPH, start=start, end=end, text=text, section=(), page=None)
        )
        start = end + 2
    whole = "\n\n".join(texts)
    pages = (PageSpan(start=0, end=len(whole), number=None),)
    passages = [
        Passage(
            id=PassageId(f"{identity}-{number}"),
            document_id=info.id,
            start=block.start,
            end=block.end,
            text=block.text,
            section=(),
            page=None,
            kind=block.kind,
            context=CONTEXT,
            readable=block.text,
            token_count=len(block.text.split()),
        )
        for number, block in enumerate(blocks)
    ]
    return Document(info=info, text=whole, pages=pages, blocks=tuple(blocks)), passages


@dataclass(slots=True)
class TimedEmbeddings:
    """Embeddings with a clock: what an ingest spends on them."""

    inner: BulkEmbeddings
    seconds: float = 0.0
    texts: int = 0

    @property
    def fingerprint(self) -> str:
        """That of the embeddings inside."""
        return self.inner.fingerprint

    def encode_units(
        self, texts: Sequence[str], as_queries: bool, on_batch: Callable[[int], None]
    ) -> Vectors:
        """Vectors of the embeddings inside."""
        started = time.perf_counter()
        vectors = self.inner.encode_units(texts, as_queries, on_batch)
        self.seconds += time.perf_counter() - started
        self.texts += len(texts)
        return vectors


class RandomVectors:
    """Stands in for a model: vectors of unit length that cost next to nothing."""

    fingerprint = "random"

    def __init__(self) -> None:
        self._random = np.random.default_rng(7)

    def encode_units(
        self, texts: Sequence[str], as_queries: bool, on_batch: Callable[[int], None]
    ) -> Vectors:
        """One random vector a text."""
        vectors = self._random.standard_normal((len(texts), DIMENSIONS)).astype(np.float32)
        on_batch(len(texts))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


@dataclass(slots=True)
class Figures:
    """What was measured, as (name, value) for printing."""

    rows: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, value: str) -> None:
        """One more figure."""
        self.rows.append((name, value))


def peak_mb() -> float:
    """Most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def build(
    folder: Path, count: int, embeddings: TimedEmbeddings, figures: Figures | None = None
) -> float:
    """A snapshot of `count` generated passages; returns the seconds it took."""
    started = time.perf_counter()
    folder.mkdir()
    writer = SnapshotWriter(folder, folder.name, None)
    for document, passages in generated_documents(count):
        writer.add_document(document, passages, (), {})
    if figures is not None:
        figures.add("units (passages, sentences, windows)", f"{writer.unit_count:,}")
        figures.add("peak memory after writing the register", f"{peak_mb():,.0f} MB")
    writer.finish(embeddings, None, {}, (0.5, 0.5), lambda _: None)
    return time.perf_counter() - started


def compare_rates(
    model: TransformerEmbeddings, texts: Sequence[str], cache: Path, figures: Figures
) -> None:
    """Our path against the backend's own `encode`, window by window in turn."""
    ours = CachedEmbeddings(model, EmbeddingCache(cache))
    alone_s, ours_s = [], []
    for turn, first in enumerate(range(0, min(len(texts), SLICE * SLICES), SLICE)):
        part = texts[first : first + SLICE]
        for side in ("alone", "ours") if turn % 2 else ("ours", "alone"):
            started = time.perf_counter()
            if side == "alone":
                model.model.encode(list(part), normalize_embeddings=True, show_progress_bar=False)
                alone_s.append((time.perf_counter() - started) / len(part))
            else:
                ours.encode_units(part, False, lambda _: None)
                ours_s.append((time.perf_counter() - started) / len(part))
    alone, through = 1 / median(alone_s), 1 / median(ours_s)
    share = median(a / b for a, b in zip(alone_s, ours_s, strict=True))
    figures.add(f"backend alone ({model.backend}), {len(alone_s)} turns", f"{alone:,.0f} units/s")
    figures.add("through our path, cache written", f"{through:,.0f} units/s")
    figures.add("share of the backend's own rate, median turn", f"{share:.0%}")


def chroma_rate(snapshot: Path, folder: Path) -> float:
    """Units a second that Chroma takes, on its own."""
    register = Register(snapshot)
    units = list(register.units(range(len(register.unit_table()))).values())
    register.close()
    vectors = np.load(snapshot / "vectors.npy", mmap_mode="r")
    folder.mkdir()
    writer = ChromaWriter(connect(folder, None), "bench")
    started = time.perf_counter()
    for first in range(0, len(units), WINDOW):
        part = units[first : first + WINDOW]
        writer.add(
            [unit.id for unit in part],
            [unit.text for unit in part],
            [{"kind": unit.kind.value, "document_id": "bench"} for unit in part],
            np.asarray(vectors[part[0].ord : part[-1].ord + 1]),
        )
    return len(units) / (time.perf_counter() - started)


def run(count: int, root: Path, settings: CorpusSettings) -> Figures:
    """All measurements, in an empty folder."""
    figures = Figures()
    choice = EmbeddingModel(
        model=settings.embedding_model,
        home=settings.home,
        device=settings.embedding_device,
        backend=settings.embedding_backend,
    )
    model = choice.bulk()
    sample = [p.text for _, passages in generated_documents(count, seed=8) for p in passages]
    sample += real_sentences()
    random.Random(1).shuffle(sample)
    model.encode_passages(sample[:64])  # warm
    figures.add("peak memory with the model loaded", f"{peak_mb():,.0f} MB")
    compare_rates(model, sample, root / "compare.sqlite", figures)
    cache = EmbeddingCache(root / "embeddings.sqlite")
    first = TimedEmbeddings(CachedEmbeddings(model, cache))
    seconds = build(root / "first", count, first, figures)
    figures.add("index of new passages", f"{seconds:,.1f} s, {count / seconds:,.1f} passages/s")
    figures.add(
        "  of which embedding",
        f"{first.seconds:,.1f} s, {first.texts / first.seconds:,.0f} units/s",
    )
    again = TimedEmbeddings(CachedEmbeddings(model, cache))
    seconds = build(root / "again", count, again)
    figures.add(
        "the same with a warm cache", f"{seconds:,.1f} s, {count / seconds:,.0f} passages/s"
    )
    figures.add(
        "Chroma, embedded, alone", f"{chroma_rate(root / 'first', root / 'chroma'):,.0f} units/s"
    )
    figures.add("peak memory at the end", f"{peak_mb():,.0f} MB")
    return figures


def run_without_model(count: int, root: Path) -> Figures:
    """What an ingest costs beside embedding, in an empty folder."""
    figures = Figures()
    figures.add("peak memory at the start", f"{peak_mb():,.0f} MB")
    started = time.process_time()
    seconds = build(root / "index", count, TimedEmbeddings(RandomVectors()), figures)
    used = time.process_time() - started
    figures.add(
        "index, embedding left out", f"{seconds:,.1f} s, of which {used:,.1f} s of processor"
    )
    figures.add("peak memory at the end", f"{peak_mb():,.0f} MB")
    return figures


@click.command()
@click.option("--passages", default=10_000, show_default=True, help="How many to generate.")
@click.option("--without-model", is_flag=True, help="Leave embedding out: random vectors.")
def main(passages: int, without_model: bool) -> None:
    """Measure embedding, Chroma and memory on generated passages."""
    with tempfile.TemporaryDirectory(prefix="stifinner-bench-") as folder:
        if without_model:
            figures = run_without_model(passages, Path(folder))
        else:
            figures = run(passages, Path(folder), read_settings(CorpusSettings))
    table = Table("measured", "value", title=f"Ingest of {passages:,} generated passages")
    for name, value in figures.rows:
        table.add_row(name, value)
    console = Console(width=100)
    console.print(table)
    machine = describe_machine()
    console.print(
        f"{machine.processor}, {machine.cores} cores, {machine.system}, Python {machine.python}; "
        f"commit {commit_of_checkout()[:12]}; n = {passages:,} passages"
    )


if __name__ == "__main__":
    main()
