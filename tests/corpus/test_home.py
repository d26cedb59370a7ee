import subprocess
import sys
import threading
from pathlib import Path

import pytest

from corpus.errors import IngestRunningError, NoIndexError, SettingsError
from corpus.home import CURRENT, STAGING_PREFIX, Home

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    made.prepare()
    return made


def publish(home: Home, name: str) -> Path:
    staging = home.new_staging(name)
    (staging / "mark").write_text(name)
    return home.publish(staging, name)


def test_a_new_home_serves_nothing_and_says_what_to_do(home):
    assert home.current_id() is None
    with pytest.raises(NoIndexError, match="stifinner ingest"):
        home.current()


def test_publishing_serves_the_snapshot(home):
    folder = publish(home, "one")
    assert home.current() == folder
    assert (home.current() / "mark").read_text() == "one"
    assert not list(home.index.glob(f"{STAGING_PREFIX}*"))


def test_publishing_again_serves_the_newer_and_sweeping_removes_the_older(home):
    older = publish(home, "one")
    publish(home, "two")
    assert older.is_dir()
    home.sweep()
    assert not older.exists()
    assert home.snapshot_ids() == ["two"]


def test_sweeping_removes_what_a_killed_ingest_left(home):
    publish(home, "one")
    half = home.new_staging("two")
    (half / "vectors.npy").write_bytes(b"half")
    unnamed = home.index / "three"  # renamed, but CURRENT was not written any more
    unnamed.mkdir()
    home.sweep()
    assert not half.exists()
    assert not unnamed.exists()
    assert home.current_id() == "one"


def test_a_snapshot_that_is_read_survives_sweeping(home):
    publish(home, "one")
    folder, hold = home.hold_current()
    publish(home, "two")
    home.sweep()
    assert (folder / "mark").read_text() == "one"
    hold.close()
    home.sweep()
    assert not folder.exists()


def test_a_current_that_names_a_missing_folder_serves_nothing(home):
    publish(home, "one")
    (home.index / CURRENT).write_text("gone")
    assert home.current_id() is None


def test_readers_and_an_ingest_that_publishes_never_lose_a_snapshot(home):
    """A reader may look at CURRENT just before it changes; what it holds must stay readable."""
    publish(home, "0")
    done = threading.Event()
    lost: list[str] = []

    def read() -> None:
        while not done.is_set():
            folder, hold = home.hold_current()
            try:
                if (folder / "mark").read_text() != folder.name:
                    lost.append(folder.name)
            except OSError as exc:
                lost.append(f"{folder.name}: {exc}")
            finally:
                hold.close()

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(1, 150):
        publish(home, str(number))
        home.sweep()
    done.set()
    for reader in readers:
        reader.join()
    assert not lost
    home.sweep()
    assert home.snapshot_ids() == ["149"]


def test_a_second_ingest_is_told_once_and_refused_when_it_does_not_wait(home):
    told: list[int] = []
    with (
        home.ingest_lock(0, lambda: told.append(1)),
        pytest.raises(IngestRunningError, match="Another ingest is running"),
        home.ingest_lock(0.5, lambda: told.append(2)),
    ):
        pass
    assert told == [2]


def test_a_second_ingest_waits_for_the_first(home):
    taken = threading.Event()
    release = threading.Event()

    def first() -> None:
        with home.ingest_lock(0, lambda: None):
            taken.set()
            release.wait(10)

    thread = threading.Thread(target=first)
    thread.start()
    taken.wait(10)
    with home.ingest_lock(10, release.set):
        assert release.is_set()
    thread.join()


def test_the_lock_of_a_killed_process_is_free(home):
    program = (
        "import os, sys; from pathlib import Path; from corpus.home import Home\n"
        "with Home(Path(sys.argv[1])).ingest_lock(0, lambda: None):\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(home.root)], cwd=ROOT, check=False)
    assert done.returncode == -9
    with home.ingest_lock(0, lambda: pytest.fail("nobody holds the lock")):
        pass


def test_a_home_keeps_its_identity_and_shares_it_with_no_other(home, tmp_path):
    other = Home(tmp_path / "other")
    other.prepare()
    assert home.identity() == Home(home.root).identity()
    assert home.identity() != other.identity()


def test_a_home_that_cannot_be_written_says_what_to_set(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(SettingsError, match="STIFINNER_HOME"):
        Home(blocked / "home").prepare()


def test_a_relative_home_is_made_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Home(Path("here")).root == tmp_path / "here"
    assert Home(Path("~/there")).root.is_absolute()
