"""One pass and its safety: what is written, what is kept, and what a kill leaves behind."""

import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from assistant.build import Assistant, open_assistant
from assistant.settings import AssistantSettings
from corpus.embedding import WheelEmbeddings
from corpus.embedding_cache import CachedEmbeddings, EmbeddingCache
from corpus.errors import FingerprintError
from corpus.home import STAGING_PREFIX, Home
from corpus.register import Register
from corpus.settings import CorpusSettings
from corpus.vectors import ChromaWriter, collection_names, connect
from ingest.cli import LazyModels, run
from ingest.discovery import discover
from ingest.pipeline import IngestOptions
from ingest.pipeline import ingest as ingest_pass

ROOT = Path(__file__).parents[2]


class Desk:
    """A home and a folder of documents, ingested in this process."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.settings = CorpusSettings(home=home, expansions="none")
        self.home = Home(home)
        self.folder = folder

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def ingest(self, *sources: Path, **options):
        return run(self.settings, [str(source) for source in sources or (self.folder,)], **options)

    def assistant(self) -> Assistant:
        return open_assistant(self.settings, AssistantSettings())

    def register(self) -> Register:
        return Register(self.home.current())

    def texts(self) -> dict[str, str]:
        register = self.register()
        found = {str(name): register.text_of(name) for name in register.document_ids()}
        register.close()
        return found


@pytest.fixture
def desk(stifinner, two_documents):
    return Desk(stifinner.home, two_documents)


def changes(outcome):
    return {one.id: one.change for one in outcome.documents}


def units_in_chroma(desk: Desk) -> set[str]:
    client = connect(desk.home.current(), None)
    texts, questions = (ChromaWriter(client, name) for name in collection_names("", None))
    return texts.existing_ids() | questions.existing_ids()


def test_the_first_pass_adds_and_the_second_writes_nothing(desk):
    first = desk.ingest()
    assert changes(first) == {"hall": "added", "ferry": "added"}
    assert first.changed
    assert first.embedded == first.chroma_writes > 0
    before = {path: path.stat().st_mtime_ns for path in desk.home.current().rglob("*")}
    second = desk.ingest()
    assert changes(second) == {"hall": "unchanged", "ferry": "unchanged"}
    assert not second.changed
    assert (second.chroma_writes, second.embedded) == (0, 0)
    assert second.snapshot == first.snapshot
    assert {path: path.stat().st_mtime_ns for path in desk.home.current().rglob("*")} == before
    assert second.seconds < 3


def test_ingesting_twice_from_nothing_gives_the_same_passages(in_home, two_documents):
    registers = []
    for name in ("one", "two"):
        desk = Desk(in_home(name).home, two_documents)
        desk.ingest()
        register = desk.register()
        registers.append([passage for _, passage in register.all_passages()])
        register.close()
    assert registers[0] == registers[1]


def test_one_changed_sentence_embeds_only_the_units_it_stands_in(desk):
    for number in range(6):
        desk.write(f"doc{number}.txt", f"Sak {number} gjelder vei {number}.\nDen er ny.\n")
    first = desk.ingest()
    desk.write(
        "hall.txt", (desk.folder / "hall.txt").read_text().replace("Ordføreren", "Rådmannen")
    )
    second = desk.ingest()
    assert changes(second)["hall"] == "changed"
    assert sum(change == "unchanged" for change in changes(second).values()) == 7
    assert 0 < second.embedded <= 3  # the sentence, and the passage around it
    assert second.chroma_writes <= 2 * 4
    assert first.embedded > 4 * second.embedded
    register = desk.register()
    assert units_in_chroma(desk) == {unit[0] for unit in register.unit_table()}
    register.close()


def test_a_removed_document_is_gone_from_all_three_indexes(desk):
    desk.ingest()
    (desk.folder / "ferry.txt").unlink()
    outcome = desk.ingest()
    assert changes(outcome) == {"hall": "unchanged", "ferry": "removed"}
    assert outcome.embedded == 0
    assert set(desk.texts()) == {"hall"}
    assert units_in_chroma(desk)
    assert not [unit for unit in units_in_chroma(desk) if unit.startswith("ferry")]
    assistant = desk.assistant()
    assert not assistant.index.lexical.scores(["leksvik"]).any()
    assert {hit.document_id for hit in assistant.search("ferry to Leksvik")} == {"hall"}
    assistant.close()


def test_a_document_that_comes_back_is_not_embedded_again(desk):
    desk.ingest()
    text = (desk.folder / "ferry.txt").read_text()
    (desk.folder / "ferry.txt").unlink()
    desk.ingest()
    desk.write("ferry.txt", text)
    outcome = desk.ingest()
    assert changes(outcome)["ferry"] == "added"
    assert outcome.embedded == 0


def test_a_rebuild_makes_everything_anew_without_embedding_again(desk):
    first = desk.ingest()
    second = desk.ingest(rebuild=True)
    assert second.changed
    assert second.snapshot != first.snapshot
    assert second.embedded == 0
    assert second.chroma_writes == first.chroma_writes


def test_a_changed_manifest_entry_changes_the_register_and_embeds_nothing_of_the_others(desk):
    desk.ingest()
    desk.write(
        "manifest.yaml",
        "documents:\n  - id: hall\n    file: hall.txt\n    title: hall\n    status: adopted\n"
        "    adopted: 2021-05-03\n",
    )
    outcome = desk.ingest()
    assert changes(outcome) == {"hall": "changed", "ferry": "unchanged"}
    assert outcome.embedded == 0
    register = desk.register()
    assert {str(s.info.id): s.info.adopted for s in register.summaries()} == {
        "hall": date(2021, 5, 3),
        "ferry": None,
    }
    register.close()


def test_another_passage_length_makes_other_passages(desk):
    desk.write(
        "long.txt", "\n".join(f"Setning {n} om veien til Rissa er lang nok." for n in range(16))
    )
    before = {one.id: one.passages for one in desk.ingest().documents}
    desk.settings = CorpusSettings(home=desk.home.root, expansions="none", max_tokens=60)
    after = {one.id: one.passages for one in desk.ingest().documents}
    assert after["long"] > before["long"]


def test_a_failing_document_is_told_and_left_out_and_the_rest_lands(desk):
    (desk.folder / "broken.pdf").write_bytes(b"this is no PDF")
    desk.write("empty.txt", " \n")
    outcome = desk.ingest()
    assert {one.id for one in outcome.failures} == {"broken", "empty"}
    assert all(one.reason for one in outcome.failures)
    assert set(desk.texts()) == {"hall", "ferry"}
    again = desk.ingest()
    assert not again.changed
    assert again.chroma_writes == 0
    assert {one.id for one in again.failures} == {"broken", "empty"}
    desk.write("empty.txt", "Nå står det noe her.")
    assert changes(desk.ingest())["empty"] == "added"


def test_when_every_document_fails_the_served_snapshot_stays(desk, tmp_path):
    served = desk.ingest().snapshot
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "broken.pdf").write_bytes(b"this is no PDF")
    outcome = desk.ingest(tmp_path / "bad")
    assert not outcome.changed
    assert changes(outcome) == {"broken": "failed"}
    assert desk.home.current_id() == outcome.snapshot == served


def test_duplicates_are_told_and_kept(desk):
    sentences = [f"Kapittel {n} handler om bygging av hall nummer {n} i Meldal." for n in range(20)]
    desk.write("first.txt", "\n".join(sentences))
    desk.write("second.txt", "\n".join(sentences))
    desk.write("third.txt", "\n".join([*sentences[:-1], "Dette er et annet siste kapittel."]))
    outcome = desk.ingest()
    pairs = {(pair.first, pair.second): pair for pair in outcome.duplicates}
    assert pairs["first", "second"].exact
    assert not pairs["first", "third"].exact
    assert {"first", "second", "third"} <= set(desk.texts())
    assert desk.ingest().duplicates == outcome.duplicates


def test_a_table_of_what_was_found_says_where_it_came_from(desk):
    desk.ingest(desk.folder / "hall.txt", desk.folder / "ferry.txt")
    register = desk.register()
    assert register.meta("sources") == sorted(
        str(desk.folder / n) for n in ("hall.txt", "ferry.txt")
    )
    assert set(register.meta("warnings")) == {"hall", "ferry"}
    register.close()


def test_a_reader_keeps_its_snapshot_whole_while_ingests_go_on(desk):
    desk.ingest()
    reader = desk.assistant()
    served = reader.index.snapshot_id
    question = "Hvem leder arbeidet med svømmehallen?"
    before = reader.ask(question, as_of=date(2022, 1, 1))
    for name in ("Rådmannen", "Lensmannen"):
        desk.write("hall.txt", f"{name} leder arbeidet med svømmehallen.\n")
        desk.ingest()
    after = reader.ask(question, as_of=date(2022, 1, 1))
    assert after.index == served
    assert after.answer == before.answer
    assert "Ordføreren" in after.answer
    fresh = desk.assistant()
    assert "Lensmannen" in fresh.ask(question).answer
    fresh.close()
    reader.close()
    desk.write("hall.txt", "Presten leder arbeidet med svømmehallen.\n")
    desk.ingest()
    assert len(desk.home.snapshot_ids()) == 1


def test_readers_during_ingests_see_one_snapshot_or_the_other(desk):
    """Both documents carry the number of the pass; no reader may see two different numbers."""

    def write(number: int) -> None:
        desk.write("hall.txt", f"Hallen har nummer {number} i planen.\n")
        desk.write("ferry.txt", f"Fergen har nummer {number} i planen.\n")

    write(0)
    desk.ingest()
    mixed: list[object] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            reader = desk.assistant()
            try:
                answer = reader.search("Hvilket nummer har hallen og fergen?")
                found = {hit.text.split("nummer ")[1].split(" ")[0] for hit in answer}
                if len(found) != 1 or len(answer) != 2:
                    mixed.append(found)
            except Exception as exc:
                mixed.append(exc)
            finally:
                reader.close()

    thread = threading.Thread(target=read)
    thread.start()
    for number in range(1, 6):
        write(number)
        desk.ingest()
    stop.set()
    thread.join()
    assert not mixed


KILLED = """
import os, signal, sys
from pathlib import Path

home, folder = Path(sys.argv[1]), sys.argv[2]
from corpus.settings import CorpusSettings
import chromadb.api.rust  # imported first, so that only the pass itself is counted
from ingest.cli import run

WRITES = ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree",
          "shutil.copytree", "sqlite3.connect")

def run_until(moment):
    seen = 0
    def count(event, arguments):
        nonlocal seen
        if event in WRITES and str(home) in str(arguments[0]):
            seen += 1
            if seen == moment:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(count)
    run(CorpusSettings(home=home, expansions="none"), [folder])
    print("finished", seen, flush=True)
    os._exit(0)

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        run_until(int(line))
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL:
        print("killed 0", flush=True)
"""


class Killer:
    """Runs ingests that are killed at a chosen step on the file system.

    A process that has imported everything forks one child for each, which saves two seconds.
    """

    def __init__(self, desk: Desk) -> None:
        arguments = [sys.executable, "-c", KILLED, str(desk.home.root), str(desk.folder)]
        self._process = subprocess.Popen(
            arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ingest(self, moment: int) -> tuple[str, int]:
        """("killed", 0), or ("finished", steps) when the pass has no such step."""
        self._process.stdin.write(f"{moment}\n")
        self._process.stdin.flush()
        what, steps = self._process.stdout.readline().split()
        return what, int(steps)

    def close(self) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        assert self._process.wait(20) == 0


@pytest.fixture
def killer(desk):
    made = Killer(desk)
    yield made
    made.close()


@pytest.mark.slow
def test_a_kill_at_any_moment_leaves_a_whole_snapshot_and_the_next_pass_finishes(desk, killer):
    """A changed document each time; the steps that publish come last, so all of those are taken."""
    desk.ingest()
    desk.write("hall.txt", "Hallen har nummer 0 i planen.\n")
    _, steps = killer.ingest(0)
    assert steps > 20
    moments = sorted({*range(1, steps, max(1, steps // 7)), *range(steps - 7, steps + 1)})
    kept = finished = 0
    for number, moment in enumerate(moments, start=1):
        before = desk.texts()
        desk.write("hall.txt", f"Hallen har nummer {number} i planen.\n")
        killer.ingest(moment)
        after = desk.texts()
        assert after["ferry"] == before["ferry"]
        kept += after == before
        finished += f"nummer {number} " in after["hall"]
        assert after == before or f"nummer {number} " in after["hall"]
        reader = desk.assistant()
        assert {hit.document_id for hit in reader.search("Hallen i planen")} == {"hall", "ferry"}
        reader.close()
    assert kept >= 5
    assert kept + finished == len(moments)
    outcome = desk.ingest()
    assert "failed" not in changes(outcome).values()
    assert f"nummer {len(moments)} " in desk.texts()["hall"]
    assert not list(desk.home.index.glob(f"{STAGING_PREFIX}*"))
    assert desk.home.snapshot_ids() == [desk.home.current_id()]
    register = desk.register()
    assert units_in_chroma(desk) == {unit[0] for unit in register.unit_table()}
    register.close()


@pytest.mark.slow
def test_a_kill_during_the_very_first_pass_serves_nothing_and_is_mended_by_the_next(desk, killer):
    assert killer.ingest(25) == ("killed", 0)
    assert desk.home.current_id() is None
    assert changes(desk.ingest()) == {"hall": "added", "ferry": "added"}


class OtherWeights(WheelEmbeddings):
    """A model of another name whose vectors point the other way."""

    fingerprint = "other-weights@1"

    def stream(self, texts, kind, on_batch=None):
        for vectors in super().stream(texts, kind, on_batch):
            yield -vectors


class OtherModels(LazyModels):
    fingerprint = OtherWeights.fingerprint

    def embeddings(self):
        cache = EmbeddingCache(self._settings.home / "cache" / "embeddings.sqlite")
        return CachedEmbeddings(OtherWeights(), cache)


def test_vectors_of_another_model_are_never_kept(desk):
    """Unit ids do not name the model, so a change of model must write every vector anew."""
    first = desk.ingest()
    before = vectors_in_chroma(desk)
    second = ingest_pass(
        desk.home,
        discover([str(desk.folder)]),
        {},
        OtherModels(desk.settings, Console(stderr=True)),
        IngestOptions(max_tokens=300, bm25=(0.5, 0.5), chroma_url=None),
        Silent(),
        lambda: None,
    )
    assert second.embedded == first.embedded
    after = vectors_in_chroma(desk)
    assert after.keys() == before.keys()
    assert all(after[name] == pytest.approx(-before[name], abs=1e-6) for name in before)
    with pytest.raises(FingerprintError):
        desk.assistant()


class Silent:
    def document(self, document_id, step):
        pass

    def embedding(self, done, total, passages):
        pass

    def fitting(self, done, total):
        pass


def vectors_in_chroma(desk: Desk) -> dict[str, np.ndarray]:
    client = connect(desk.home.current(), None)
    vectors: dict[str, np.ndarray] = {}
    for name in collection_names("", None):
        found = client.get_collection(name).get(include=["embeddings"])
        vectors |= zip(found["ids"], found["embeddings"], strict=True)
    return vectors
