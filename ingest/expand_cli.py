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


def make_writer(settings: IngestSettings) -> QuestionWriter:
    """The question writer that the settings name.

    Raises:
        SettingsError: they name no model.
        GenerationError: the model cannot be made.
    """
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


def check_folder(corpus: CorpusSettings) -> None:
    """Refuse settings under which nobody would read the written questions.

    Raises:
        SettingsError: the index takes no questions beside passages.
    """
    if not expansion_folders(corpus.expansions, corpus.home):
        raise SettingsError("--expand needs STIFINNER_EXPANSIONS to be a folder or 'bundled'.")


def expand_served(
    corpus: CorpusSettings,
    settings: IngestSettings,
    writer: QuestionWriter,
    embeddings: BulkEmbeddings,
    limit: int | None,
) -> ExpansionOutcome:
    """Write questions beside the passages of the served snapshot, with a progress bar on stderr."""
    home = Home(corpus.home)
    folder = expansion_folders(corpus.expansions, home.root)[-1]
    bar = Progress(
        TextColumn("Writing questions"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("passages, left"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    with QuestionStore.opened(folder, home.cache) as store, bar:
        index = SearchIndex.open(home, embeddings, corpus.chroma_url)
        try:
            task = bar.add_task("", total=None)
            return expand(
                index,
                writer,
                QuestionFilter(index, embeddings, keep_within=settings.expand_keep_within),
                store,
                enough=settings.expand_enough,
                limit=limit,
                on_progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        finally:
            index.close()


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
        f"{outcome.short} passages had too few questions: {outcome.asked} were asked about, "
        f"{outcome.cached} had a reply already, {outcome.left} are left."
    )
    why = ", ".join(f"{count} {reason.value}" for reason, count in outcome.dropped.items())
    console.print(
        f"{outcome.written} questions were written and {outcome.kept} kept"
        + (f"; dropped: {why}." if why else ".")
    )
    if outcome.forgotten:
        console.print(f"{outcome.forgotten} older lines were about statements now gone.")


def check_complete(outcome: ExpansionOutcome) -> None:
    """End with a failure when the model failed.

    Raises:
        GenerationError: some passage got no reply.
    """
    if outcome.failed:
        raise GenerationError(
            f"{outcome.failed} passages got no questions, {outcome.kept} questions were kept; run "
            f"again for the rest. {outcome.reason}"
        )
