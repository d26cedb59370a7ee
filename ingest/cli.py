"""`stifinner ingest`, and what other commands need of this folder. Parses and prints only."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, islice
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from corpus.embedding import EmbeddingModel, TextEmbeddings, TextKind
from corpus.embedding_cache import CachedEmbeddings, EmbeddingCache
from corpus.errors import DocumentError, StifinnerError
from corpus.expansions import expansion_folders, load_expansions
from corpus.home import Home
from corpus.index import BulkEmbeddings
from corpus.records import Document
from corpus.register import Register
from corpus.settings import BUNDLED_DOCUMENTS, CorpusSettings, read_settings
from corpus.tokens import TokenCounter
from corpus.vectors import Vectors
from ingest.discovery import discover
from ingest.pipeline import IngestOptions, IngestOutcome
from ingest.pipeline import ingest as run_pass
from ingest.report import outcome_as_json, print_outcome, print_report
from ingest.settings import IngestSettings

WAIT_S = 3600.0
FEW_TEXTS = 64  # the light engine embeds these in the five seconds that loading the other takes


class LazyModels:
    """The embedding model with its cache and tokenizer, made when first asked for."""

    def __init__(self, settings: CorpusSettings, console: Console) -> None:
        self._settings = settings
        self._model = EmbeddingModel(
            model=settings.embedding_model,
            home=settings.home,
            device=settings.embedding_device,
            backend=settings.embedding_backend,
            on_progress=lambda text: console.print(text, style="dim"),
        )
        self._counter: TokenCounter | None = None
        self._embeddings: CachedEmbeddings | None = None

    @property
    def fingerprint(self) -> str:
        """Names the embedding model without loading it."""
        return self._model.fingerprint

    def counter(self) -> TokenCounter:
        """The model's tokenizer."""
        if self._counter is None:
            self._counter = self._model.counter()
        return self._counter

    def embeddings(self) -> BulkEmbeddings:
        """The model for bulk embedding behind the cache; loaded at the first text not cached."""
        if self._embeddings is None:
            cache = EmbeddingCache(Home(self._settings.home).cache / "embeddings.sqlite")
            self._embeddings = CachedEmbeddings(LazyBulk(self._model), cache)
        return self._embeddings


class LazyBulk(TextEmbeddings):
    """The bulk model, loaded when many texts are missing from the cache; few need no bulk."""

    def __init__(self, model: EmbeddingModel) -> None:
        self._model = model

    @property
    def fingerprint(self) -> str:
        """Names the weights without loading them."""
        return self._model.fingerprint

    @property
    def dimension(self) -> int:
        """Length of a vector; the light engine tells it."""
        return self._light.dimension

    @cached_property
    def _light(self) -> TextEmbeddings:
        return self._model.light()

    def stream(
        self,
        texts: Iterable[str],
        kind: TextKind,
        on_batch: Callable[[int], None] | None = None,
    ) -> Iterator[Vectors]:
        """Vectors in the order of `texts`."""
        remaining = iter(texts)
        first = list(islice(remaining, FEW_TEXTS + 1))
        model = self._light if len(first) <= FEW_TEXTS else self._model.bulk()
        return model.stream(chain(first, remaining), kind, on_batch)


class Bar:
    """The progress of a pass on stderr: vectors done, passages a second, time left."""

    def __init__(self, console: Console) -> None:
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task: TaskID = self.progress.add_task("Reading", total=None, speed="")

    def document(self, document_id: str, step: str) -> None:
        """A document entered a step."""
        self.progress.update(self._task, description=f"{step.capitalize()} {document_id}")

    def embedding(self, done: int, total: int, passages: int) -> None:
        """Some vectors are there."""
        speed = self.progress.tasks[0].speed or 0.0
        share = passages / total if total else 0.0
        self.progress.update(
            self._task,
            description="Embedding",
            total=total,
            completed=done,
            speed=f"{speed * share:.0f} passages/s",
        )

    def fitting(self, done: int, total: int) -> None:
        """Some steps of fitting the collection's map are there."""
        self.progress.update(
            self._task,
            description="Fitting questions to passages",
            total=total,
            completed=done,
            speed="",
        )


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--add", is_flag=True, help="Keep what is indexed and add PATHs to it.")
@click.option("--rebuild", is_flag=True, help="Make the index anew, even when nothing changed.")
@click.option("--report", is_flag=True, help="Print every repair and doubt, document by document.")
@click.option("--no-wait", is_flag=True, help="Fail at once when another ingest is running.")
@click.option(
    "--expand", is_flag=True, help="Let a language model write questions beside passages."
)
@click.option(
    "--expand-limit", type=click.IntRange(min=1), help="Ask it about so many passages at most."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def ingest(
    paths: tuple[str, ...],
    add: bool,
    rebuild: bool,
    report: bool,
    no_wait: bool,
    expand: bool,
    expand_limit: int | None,
    as_json: bool,
) -> None:
    """Index documents: files, folders or https addresses (default: the bundled ones).

    The index then holds exactly these documents; --add keeps those of earlier runs too.
    """
    if expand_limit is not None and not expand:
        raise click.UsageError("--expand-limit needs --expand.")
    settings = read_settings(CorpusSettings)
    expander = None
    if expand:
        from ingest import expand_cli  # only here: it imports a second's worth of LangChain

        expander = expand_cli.Expander(settings, read_settings(IngestSettings), expand_limit)
    sources = [path if "://" in path else str(Path(path).absolute()) for path in paths]
    if add:
        sources = [*_earlier_sources(settings), *sources]
    wait_s = 0.0 if no_wait else WAIT_S
    outcome = run(settings, sources, rebuild=rebuild, wait_s=wait_s)
    expansion = None
    if expander is not None and outcome.snapshot is not None:
        models = LazyModels(settings, Console(stderr=True))
        expansion = expander.expand(models.embeddings())
        if expansion.changed:
            outcome = outcome.followed_by(run(settings, sources, wait_s=wait_s))
    if as_json:
        told = {} if expansion is None else {"expansion": expand_cli.as_json(expansion)}
        click.echo(json.dumps(outcome_as_json(outcome) | told, ensure_ascii=False, indent=2))
    else:
        print_outcome(outcome)
        if expansion is not None:
            expand_cli.print_outcome(expansion)
        if report and outcome.snapshot is not None:
            print_report(Home(settings.home))
    if outcome.failures:
        first = outcome.failures[0]
        more = f" (and {len(outcome.failures) - 1} more)" if len(outcome.failures) > 1 else ""
        raise DocumentError(f"{first.id} was left out: {first.reason}{more}")
    if expansion is not None:
        expand_cli.check_complete(expansion)


def run(
    settings: CorpusSettings,
    sources: Sequence[str],
    *,
    rebuild: bool = False,
    wait_s: float = WAIT_S,
) -> IngestOutcome:
    """One ingest with a progress bar on stderr; no sources means the bundled documents."""
    console = Console(stderr=True)
    home = Home(settings.home)
    home.prepare()
    chosen = list(sources) or [str(BUNDLED_DOCUMENTS)]
    found = discover(chosen)
    expansions = load_expansions(expansion_folders(settings.expansions, home.root))
    present = {str(one.info.id) for one in found}
    bar = Bar(console)
    with bar.progress:
        return run_pass(
            home,
            found,
            {name: entries for name, entries in expansions.items() if name in present},
            LazyModels(settings, console),
            IngestOptions(
                max_tokens=settings.max_tokens,
                bm25=(settings.bm25_k1, settings.bm25_b),
                chroma_url=settings.chroma_url,
                rebuild=rebuild,
                wait_s=wait_s,
            ),
            bar,
            lambda: console.print("Another ingest is running; waiting for it to end."),
        )


def ingest_bundled(settings: CorpusSettings) -> None:
    """Index the bundled documents: what `ask`, `search` and `serve` do on a new home.

    Raises:
        StifinnerError: a bundled document failed.
    """
    outcome = run(settings, ())
    if outcome.failures:
        failed = outcome.failures[0]
        raise StifinnerError(f"{failed.id} could not be indexed: {failed.reason}")


def diff(document: Document) -> str:
    """What repair changed in a document, one change after another, as removed and added lines."""
    lines = []
    for repair in document.repairs:
        page = f" (page {repair.page})" if repair.page is not None else ""
        lines.append(f"@@ {repair.name}{page}")
        lines += [
            line
            for line in difflib.ndiff(repair.before.splitlines(), repair.after.splitlines())
            if not line.startswith("?")
        ]
    return "\n".join(lines) or "Repair changed nothing."


def suggest(path: str) -> str:
    """A manifest entry proposed from what a file or page says of itself; nothing is written."""
    from ingest.readers import read
    from ingest.suggest import suggest as propose

    found = discover([path])[0]
    if found.error is not None:
        raise found.error
    source = read(found.load(), found.name, found.options)
    return propose(source, found.name, sha256=found.info.sha256).to_yaml()


def _earlier_sources(settings: CorpusSettings) -> list[str]:
    home = Home(settings.home)
    if home.current_id() is None:
        return [str(BUNDLED_DOCUMENTS)]
    register = Register(home.current())
    try:
        earlier = [str(source) for source in register.meta("sources") or ()]
    finally:
        register.close()
    return [source for source in earlier if "://" in source or os.path.lexists(source)]
