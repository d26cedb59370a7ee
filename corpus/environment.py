"""Keeping foreign libraries off the network and off other people's folders.

Several of them decide at import time whether to phone home, so this must come first.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "DO_NOT_TRACK": "1",
    "TOKENIZERS_PARALLELISM": "true",
}

# For a model that lies in a folder: nothing is looked up at the hub, not even whether it is newer.
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}

# OpenMP threads that spin while they wait cost a busy machine more than a second a query. Whoever
# loads OpenMP first decides for the process, so an entry point sets this before torch is imported.
SLEEPING_THREADS = {"OMP_WAIT_POLICY": "PASSIVE"}


@contextmanager
def environment(**variables: str) -> Iterator[None]:
    """Set environment variables for the block, then put the former ones back."""
    former = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in former.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def loading() -> Iterator[None]:
    """Load modules and an index in the block without looking for garbage among them.

    Next to nothing of them is garbage, and looking for it takes a quarter of a command's start.
    What is there at the end is passed over by later collections too, which would otherwise walk
    through all of it during an answer.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


def silence_telemetry() -> None:
    """Switch off what openvino and huggingface_hub report home. Call before importing them.

    `import openvino` posts an event to Google Analytics unless a consent file in the user's home
    forbids it. With its telemetry package blocked it uses its own stub, and writes no file either.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if "openvino" not in sys.modules:
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
