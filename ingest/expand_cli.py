"""What `stifinner ingest --expand` adds to an ingest: makes its parts, shows and prints."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from corpus.chat import make_chat_model
from corpus.errors import GenerationError, SettingsError
from corpus.expansions import expansion_folders
from corpus.home import Home
from corpus.index import BulkEmbeddings, SearchIndex
from corpus.settings import CorpusSettings
from ingest.expansion import ExpansionOutcome, expand
from ingest.question_filter import QuestionFilter
from ingest.question_store import QuestionStore
from ingest.question_writer import QuestionWriter
from ingest.settings import IngestSettings

NO_MODEL = (
    "--expand needs a language model to write the questions: set STIFINNER_LLM, e.g. to "
    "openai:gpt-4.1-mini with its key in OPENAI_API_KEY, or to a model's name on an "
    "OpenAI-compatible server whose address is in STIFINNER_LLM_BASE_URL (and its key, if any, in "
    "STIFINNER_LLM_API_KEY)."
)


class Expander:
    """Writes questions beside the passages of the served snapshot, by the settings.

    Made before an ingest begins, so that a missing model is told at once.

    Args:
        corpus: Settings of storage.
        settings: Settings of ingest.
        limit: Passages to ask about at most; None for all.

    Raises:
        SettingsError: no model is named, or nobody would read the questions.
        GenerationError: the model cannot be made.
    """

    def __init__(self, corpus: CorpusSettings, settings: IngestSettings, limit: int | None) -> None:
        folders = expansion_folders(corpus.expansions, corpus.home)
        if not folders:
            raise SettingsError(
                "--expand writes questions that STIFINNER_EXPANSIONS=none leaves out of the index; "
                "set it to bundled or to a folder."
            )
        self._folder = folders[-1]
        self._corpus = corpus
        self._settings = settings
        self._limit = limit
        self._writer = _make_writer(settings)

    def expand(self, embeddings: BulkEmbeddings) -> ExpansionOutcome:
        """Ask, judge and file, with a progress bar on stderr.

        Raises:
            IngestRunningError: another run does the same.
        """
        home = Home(self._corpus.home)
        bar = Progress(
            TextColumn("Writing questions"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("passages, left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        task = bar.add_task("", total=None)
        with QuestionStore.opened(self._folder, home.cache) as store, bar:
            index = SearchIndex.open(home, embeddings, self._corpus.chroma_url)
            within = self._settings.expand_keep_within
            try:
                return expand(
                    index,
                    self._writer,
                    QuestionFilter(index, embeddings, keep_within=within),
                    store,
                    enough=self._settings.expand_enough,
                    limit=self._limit,
                    on_progress=lambda done, total: bar.update(task, completed=done, total=total),
                )
            finally:
                index.close()


def _make_writer(settings: IngestSettings) -> QuestionWriter:
    if settings.llm is None:
        raise SettingsError(NO_MODEL)
    model = make_chat_model(
        settings.llm,
        base_url=settings.llm_base_url,
        api_key=settings.llm_api_key,
        timeout_s=settings.llm_timeout_s,
        max_tokens=settings.expand_max_tokens,
        max_retries=0,  # the writer retries; both together would wait for minutes
    )
    return QuestionWriter(model, settings.llm)


def as_json(outcome: ExpansionOutcome) -> dict[str, Any]:
    """The outcome as `--json` prints it."""
    return {
        "passages": outcome.short,
        "asked": outcome.asked,
        "cached": outcome.cached,
        "failed": outcome.failed,
        "left": outcome.left,
        "written": outcome.written,
        "kept": outcome.kept,
        "dropped": {reason.value: count for reason, count in outcome.dropped.items()},
        "forgotten": outcome.forgotten,
        "seconds": round(outcome.seconds, 2),
    }


def print_outcome(outcome: ExpansionOutcome) -> None:
    """Say what was written, kept and dropped."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(
        f"Passages with too few questions: {outcome.short}; asked about: {outcome.asked}, "
        f"with a reply from before: {outcome.cached}, left: {outcome.left}."
    )
    why = ", ".join(f"{reason.value}: {count}" for reason, count in outcome.dropped.items())
    console.print(
        f"Questions written: {outcome.written}; kept: {outcome.kept}"
        + (f"; dropped: {outcome.written - outcome.kept} ({why})." if why else ".")
    )
    if outcome.forgotten:
        console.print(f"Taken out, since their statement is gone: {outcome.forgotten}.")


def check_complete(outcome: ExpansionOutcome) -> None:
    """End with a failure when the model failed.

    Raises:
        GenerationError: some passage got no reply.
    """
    if outcome.failed:
        raise GenerationError(
            f"{outcome.reason} Passages without a reply: {outcome.failed}; what was written is "
            "kept, and the same command goes on from there."
        )
