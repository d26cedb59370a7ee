"""Homes, documents and the command line for all tests. Test modules import no conftest."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
RUN_TIMEOUT_S = 800

# What the process would otherwise reach for while it is imported; the CLI sets the same.
os.environ.update(ANONYMIZED_TELEMETRY="False", LANGSMITH_TRACING="false", HF_HUB_OFFLINE="1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A command that ran in a process of its own."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)

    @property
    def err_lines(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.strip()]


class CommandLine:
    """`stifinner …` on one home, without the settings of whoever runs the tests."""

    def __init__(self, home: Path, folder: Path, **variables: str) -> None:
        self.home = home
        self.folder = folder
        self.variables = variables

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("STIFINNER_", "OPENAI_"))}
        own = {
            "STIFINNER_HOME": str(self.home),
            "STIFINNER_CONFIG": str(self.folder / "stifinner.toml"),
            "COLUMNS": "200",
        }
        return {**kept, **own, **self.variables}

    def with_settings(self, **variables: str) -> "CommandLine":
        return CommandLine(self.home, self.folder, **{**self.variables, **variables})

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "assistant", *map(str, arguments)],
            cwd=ROOT,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: object) -> Finished:
        return self.python("-m", "assistant", *arguments)

    def python(self, *arguments: object) -> Finished:
        done = subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=RUN_TIMEOUT_S,
            check=False,
        )
        return Finished(status=done.returncode, out=done.stdout, err=done.stderr)


def ready_home() -> Path | None:
    """The home that `STIFINNER_TEST_HOME` names, to save the minute that making one takes."""
    named = os.environ.get("STIFINNER_TEST_HOME")
    return Path(named) if named else None


@pytest.fixture(scope="session")
def models_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the bundled model is converted, once for all homes of the session."""
    ready = ready_home()
    if ready is not None:
        yield ready / "models"
        return
    folder = tmp_path_factory.mktemp("models")
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def bundled_embedding(models_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The bundled model, converted where all homes of the session find it."""
    from corpus.embedding import EmbeddingModel

    home = make_home(tmp_path_factory.mktemp("model"), models_folder)
    return EmbeddingModel(model="bundled", home=home)


def make_home(folder: Path, models: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "models").symlink_to(models, target_is_directory=True)
    return folder


@pytest.fixture(scope="session")
def indexed_home(tmp_path_factory: pytest.TempPathFactory, models_folder: Path) -> Path:
    """A home with the real index of the bundled documents. Tests only read it."""
    ready = ready_home()
    if ready is not None:
        return ready
    home = make_home(tmp_path_factory.mktemp("indexed"), models_folder)
    done = CommandLine(home, home)("ingest", "--json")
    assert done.status == 0, done.err
    return home


@pytest.fixture(scope="session")
def bundled(indexed_home: Path, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    """The command line on the bundled documents."""
    return CommandLine(indexed_home, tmp_path_factory.mktemp("cwd"))


@pytest.fixture
def in_home(models_folder: Path, tmp_path: Path) -> Callable[..., CommandLine]:
    """Makes the command line on a new, empty home, with settings as `STIFINNER_…=value`."""

    def make(name: str = "home", **variables: str) -> CommandLine:
        return CommandLine(make_home(tmp_path / name, models_folder), tmp_path, **variables)

    return make


@pytest.fixture
def stifinner(in_home: Callable[..., CommandLine]) -> CommandLine:
    """The command line on a new, empty home."""
    return in_home()


HALL = """Meldal kommune skal bygge en svømmehall innen 2024.
Ordføreren leder arbeidet med svømmehallen.
Kommunestyret vedtok planen den 3. mai 2021.
"""
FERRY = """The county council funds a ferry to Leksvik.
It sails twice a day and carries forty cars.
Tickets cost ninety kroner in 2022.
"""


@pytest.fixture(scope="session")
def hall() -> str:
    """The text of the small Norwegian document."""
    return HALL


@pytest.fixture(scope="session")
def ferry() -> str:
    """The text of the small English document."""
    return FERRY


@pytest.fixture
def two_documents(tmp_path: Path) -> Path:
    """A folder with two tiny documents, one Norwegian and one English."""
    return write_documents(tmp_path / "documents", {"hall.txt": HALL, "ferry.txt": FERRY})


def write_documents(folder: Path, texts: Mapping[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def two_document_home(tmp_path_factory: pytest.TempPathFactory, models_folder: Path) -> CommandLine:
    """The command line on a finished index of the two tiny documents. Tests only read it."""
    folder = tmp_path_factory.mktemp("small")
    documents = write_documents(folder / "documents", {"hall.txt": HALL, "ferry.txt": FERRY})
    run = CommandLine(make_home(folder / "home", models_folder), folder)
    done = run("ingest", documents, "--json")
    assert done.status == 0, done.err
    return run


@pytest.fixture(scope="session")
def assistant(indexed_home: Path) -> Iterator[Any]:
    """The assistant on the bundled documents, in this process, without a language model."""
    from assistant.build import open_assistant
    from assistant.settings import AssistantSettings
    from corpus.settings import CorpusSettings

    opened = open_assistant(CorpusSettings(home=indexed_home), AssistantSettings())
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def ask(assistant: Any) -> Callable[..., Any]:
    """Asks the bundled documents on 1 June 2022."""

    def put(question: str, *after: str, **options: Any) -> Any:
        return assistant.ask(question, after, **{"as_of": date(2022, 6, 1), **options})

    return put


@pytest.fixture(scope="session")
def texts(assistant: Any) -> Mapping[str, str]:
    """The stored text of each bundled document."""
    return {name: assistant.library.text(name) for name in assistant.library.infos}


@pytest.fixture(scope="session")
def assert_verbatim(texts: Mapping[str, str]) -> Callable[[Any], None]:
    """Checks that all quotes of an answer stand in the documents and all markers are resolved."""
    import re

    def check(answer: Any) -> None:
        for citation in answer.citations:
            text = texts[citation.document_id]
            assert citation.quote
            assert citation.quote == text[citation.start : citation.end]
        markers = [citation.marker for citation in answer.citations]
        assert markers == list(range(1, len(markers) + 1))
        named = {int(number) for number in re.findall(r"\[(\d+)\]", answer.answer)}
        quoted = " ".join(citation.quote for citation in answer.citations)
        in_quotes = {int(number) for number in re.findall(r"\[(\d+)\]", quoted)}
        assert set(markers) <= named <= set(markers) | in_quotes

    return check


@pytest.fixture
def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture
def make_commitment() -> Callable[..., Any]:
    """Makes a row of the register with the given fields."""
    from corpus.records import Commitment, DocumentId, Modality

    def make(measure: str = "Bygge svømmehall", **fields: Any) -> Commitment:
        known: dict[str, Any] = {
            "id": "c1",
            "document_id": DocumentId("plan"),
            "goal": None,
            "strategy_no": None,
            "strategy": None,
            "measure": measure,
            "indicator": None,
            "responsible": (),
            "partners": (),
            "when": None,
            "page": 1,
            "quote": measure,
            "start": 0,
            "end": len(measure),
            "passage_id": None,
            "source_kind": "goal table",
            "modality": Modality.WILL,
        }
        return Commitment(**(known | fields))

    return make


@pytest.fixture
def make_info() -> Callable[..., Any]:
    """Makes a manifest entry with the given fields."""
    from corpus.records import DocumentId, DocumentInfo

    def make(name: str = "plan", **fields: Any) -> DocumentInfo:
        known: dict[str, Any] = {"file": f"{name}.txt", "title": name.title()}
        return DocumentInfo(id=DocumentId(name), **(known | fields))

    return make


@pytest.fixture
def make_passage() -> Callable[..., Any]:
    """Makes a passage of one paragraph with the given fields."""
    from corpus.records import BlockKind, DocumentId, Passage, PassageId

    def make(text: str = HALL, **fields: Any) -> Passage:
        start = fields.get("start", 0)
        known: dict[str, Any] = {
            "id": PassageId(f"plan-{start}"),
            "document_id": DocumentId("plan"),
            "start": start,
            "end": start + len(text),
            "text": text,
            "section": (),
            "page": 1,
            "kind": BlockKind.PARAGRAPH,
            "context": "Plan",
            "readable": text,
            "token_count": len(text.split()),
        }
        return Passage(**(known | fields))

    return make


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's chromium, one for all tests: Playwright starts only once in a process."""
    from tests.e2e.browsing import chromium

    with chromium() as found:
        yield found
