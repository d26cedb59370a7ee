"""Where a model other than the bundled one comes from: a folder, or a hub name made into a folder.

The hub is asked only if its local cache does not hold the model, so that a second run is offline.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from corpus.environment import silence_telemetry
from corpus.errors import EmbeddingError

# Other runtimes' copies of the weights; some repositories hold ten gigabytes of them.
FOREIGN_FOLDERS = {"onnx", "openvino", "coreml"}
FOREIGN_SUFFIXES = {".onnx", ".h5", ".ot", ".msgpack", ".tflite", ".gguf", ".png", ".jpg", ".pdf"}
WEIGHT_SUFFIXES = {".safetensors", ".bin"}
NOT_HASHED = {".md", ".lock", ".gitattributes"}
SNAPSHOTS = "snapshots"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefixes:
    """What is put before a text on each side of a search."""

    query: str
    passage: str


def find_model(model: str, on_progress: Callable[[str], None] | None = None) -> Path:
    """The folder of `model`: itself if it is one, else from the hub's cache, else fetched.

    Raises:
        EmbeddingError: there is no such folder, and the hub does not have or give it.
    """
    path = Path(model).expanduser()
    if path.is_dir():
        return path.resolve()
    if path.is_absolute() or model.count("/") > 1:
        raise EmbeddingError(f"There is no model folder {model}; check STIFINNER_EMBEDDING_MODEL.")
    silence_telemetry()
    # A bare name is a model of the sentence-transformers project, as that library reads it.
    name = model if "/" in model else f"sentence-transformers/{model}"
    return _cached(name) or _fetch(name, on_progress)


def _cached(name: str) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(name, local_files_only=True))
    except LocalEntryNotFoundError as error:
        # Raised for a snapshot without the files that we left out, too; then it names the folder.
        path = getattr(error, "snapshot_path", None)
        if path is None:
            return None
        folder = Path(path)
    except ValueError as error:
        raise EmbeddingError(f"'{name}' is not a model name: {error}") from error
    # Another program may have fetched only the tokenizer or the configuration.
    complete = any(path.suffix in WEIGHT_SUFFIXES for path in folder.rglob("*"))
    return folder if complete else None


def _fetch(name: str, on_progress: Callable[[str], None] | None) -> Path:
    from huggingface_hub import HfApi, errors, snapshot_download

    if on_progress:
        on_progress(f"Fetching the embedding model {name} (once) …")
    http_error: type[Exception] = errors.HTTPError  # type: ignore[attr-defined]  # httpx or httpx2
    try:
        files = wanted_files(HfApi().list_repo_files(name))
        return Path(snapshot_download(name, allow_patterns=files))
    except (http_error, OSError, ValueError) as error:
        raise EmbeddingError(
            f"The model {name} is not in the local cache and could not be fetched "
            f"({type(error).__name__}): check the name and the network, or use 'bundled'."
        ) from error


def wanted_files(files: Sequence[str]) -> list[str]:
    """Those of a repository's files that sentence-transformers reads, in their order.

    `.bin` weights are left out where the same folder has safetensors.
    """
    paths = [PurePosixPath(name) for name in files]
    safe = {path.parent for path in paths if path.suffix == ".safetensors"}
    return [
        str(path)
        for path in paths
        if not FOREIGN_FOLDERS & set(path.parts)
        and path.suffix not in FOREIGN_SUFFIXES
        and not (path.suffix == ".bin" and path.parent in safe)
    ]


def folder_digest(folder: Path) -> str:
    """Names what the folder holds: a hub snapshot's commit, else a hash over its files."""
    if folder.parent.name == SNAPSHOTS:
        return folder.name
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_file() and wanted_files([relative.as_posix()]) and path.suffix not in NOT_HASHED:
            digest.update(f"{relative.as_posix()}\0".encode())
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def own_prefixes(folder: Path) -> Prefixes | None:
    """The prompts that a model itself names for queries and passages; None if it names none.

    Raises:
        EmbeddingError: the model's settings are not JSON.
    """
    path = folder / "config_sentence_transformers.json"
    try:
        prompts = json.loads(path.read_text(encoding="utf-8")).get("prompts") or {}
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise EmbeddingError(f"{path} is damaged ({error}): fetch the model again.") from error
    query = prompts.get("query") or ""
    passage = prompts.get("document") or prompts.get("passage") or ""
    return Prefixes(query=query, passage=passage) if query or passage else None
