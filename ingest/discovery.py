"""From the paths and addresses a user names to documents with bytes and manifest entries.

A folder gives its manifest's documents and every other readable file below it; a file is looked up
in the manifest beside it; an https address is fetched. A file that cannot be had is a `Found` with
an error, so that the others still land.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.errors import DocumentError, SettingsError, UnreadableError
from corpus.index import digest
from corpus.manifest import (
    MANIFEST_NAME,
    Manifest,
    ManifestEntry,
    ReaderOptions,
    info_from_file,
    load_manifest,
    sha256_of,
    slug,
)
from corpus.records import DocumentInfo
from corpus.register import to_json
from ingest.fetch import fetch
from ingest.readers import is_readable_name

logger = logging.getLogger(__name__)
FETCH_TIMEOUT_S = 30.0
FETCH_MAX_BYTES = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One document to ingest. With `error` set there are no bytes.

    A fetched page has its bytes in `content`; a file is at `path` and read when its turn comes, so
    that a large folder is never in memory at once.
    """

    info: DocumentInfo
    options: ReaderOptions
    name: str
    origin: str
    content: bytes = b""
    path: Path | None = None
    warnings: tuple[str, ...] = ()
    error: DocumentError | None = None
    has_entry: bool = False
    place: str = ""  # the file's real path or the address: what makes two of them the same

    def load(self) -> bytes:
        """The bytes.

        Raises:
            UnreadableError: the file is gone, or is no longer the one that was found.
        """
        if self.path is None:
            return self.content
        try:
            content = self.path.read_bytes()
        except OSError as exc:
            raise UnreadableError(f"{self.path}: {exc.strerror}.") from exc
        if hashlib.sha256(content).hexdigest() != self.info.sha256:
            raise UnreadableError(f"{self.path} changed while it was read; run this again.")
        return content


def document_key(found: Found) -> str:
    """Hash of all that a document's passages are made from, beside the pipeline's own versions."""
    return digest(
        [to_json(DocumentInfo, found.info), found.info.sha256, str(found.options), found.name]
    )


def discover(sources: Sequence[str]) -> list[Found]:
    """All documents of the sources, each id once.

    Raises:
        SettingsError: a path does not exist, or a manifest is wrong.
    """
    found: list[Found] = []
    for source in sources:
        if source.startswith(("https://", "http://")):
            found.append(_fetched(source))
        else:
            path = Path(source).expanduser()
            if not path.exists():
                raise SettingsError(f"{source} does not exist; name a file, a folder or a URL.")
            found += _folder(path, source) if path.is_dir() else [_file(path, source)]
    if not found:
        raise SettingsError(
            f"No readable documents in {', '.join(sources)}; there are readers for TXT, PDF, DOCX, "
            "HTML and Markdown."
        )
    return _each_id_once(found)


def _folder(folder: Path, origin: str) -> list[Found]:
    manifests = sorted(folder.rglob(MANIFEST_NAME))
    entries = [entry for path in manifests for entry in load_manifest(path).entries]
    named = {entry.path.resolve() for entry in entries}
    found = [_read(entry.path, origin, entry) for entry in entries]
    for path in sorted(folder.rglob("*")):
        if path.is_file() and is_readable_name(path) and path.resolve() not in named:
            found.append(_read(path, origin, None))
    return found


def _file(path: Path, origin: str) -> Found:
    manifest_path = path.parent / MANIFEST_NAME
    manifest: Manifest | None = load_manifest(manifest_path) if manifest_path.exists() else None
    return _read(path, origin, manifest.entry_for(path) if manifest else None)


def _read(path: Path, origin: str, entry: ManifestEntry | None) -> Found:
    try:
        actual = sha256_of(path)
    except OSError as exc:
        info = (
            entry.info
            if entry
            else DocumentInfo(id=slug(path.stem), file=path.name, title=path.stem)
        )
        reason = f"{path}: {exc.strerror}; check its permissions."
        return _failed(info, path.name, origin, reason, place=str(path.resolve()))
    warnings: tuple[str, ...] = ()
    if entry is None:
        info = info_from_file(path)
        warnings = (
            f"{path.name} has no manifest entry: status and dates are unknown "
            f"(`stifinner documents --suggest {path}` proposes one).",
        )
    else:
        info = entry.info
        if info.sha256 and info.sha256 != actual:
            warnings = (
                f"{path.name} has changed since its manifest entry was written; check the entry "
                f"and write sha256: {actual}.",
            )
    return Found(
        info=replace(info, sha256=actual),
        options=entry.reader if entry else ReaderOptions(),
        path=path,
        name=path.name,
        origin=origin,
        warnings=warnings,
        has_entry=entry is not None,
        place=str(path.resolve()),
    )


def _fetched(url: str) -> Found:
    try:
        page = fetch(url, timeout_s=FETCH_TIMEOUT_S, max_bytes=FETCH_MAX_BYTES)
    except DocumentError as exc:
        info = DocumentInfo(id=slug(url), file=url, title=url, source_url=url)
        return _failed(info, url, url, str(exc), place=url)
    info = DocumentInfo(
        id=slug(Path(page.name).stem or url),
        file=page.name,
        title=page.name,
        source_url=page.final_url,
        sha256=hashlib.sha256(page.content).hexdigest(),
    )
    warning = f"{url} has no manifest entry: status and dates are unknown."
    return Found(
        info=info,
        options=ReaderOptions(encoding=page.charset),
        content=page.content,
        name=page.name,
        origin=url,
        warnings=(warning,),
        place=url,
    )


def _failed(info: DocumentInfo, name: str, origin: str, reason: str, *, place: str) -> Found:
    return Found(
        info=info,
        options=ReaderOptions(),
        name=name,
        origin=origin,
        error=UnreadableError(reason),
        place=place,
    )


def _each_id_once(found: Iterable[Found]) -> list[Found]:
    """The same file named twice counts once; another file with the same id gets a number."""
    by_id: dict[str, Found] = {}
    result: list[Found] = []
    for one in found:
        first = by_id.get(one.info.id)
        if first is None:
            by_id[one.info.id] = one
            result.append(one)
        elif first.place != one.place:
            number = 2
            while f"{one.info.id}-{number}" in by_id:
                number += 1
            info = replace(one.info, id=slug(f"{one.info.id}-{number}"))
            renamed = replace(
                one,
                info=info,
                warnings=(
                    *one.warnings,
                    f"{one.path or one.name} has the same id as {first.path or first.name}; "
                    f"it is called {info.id}. Give it an id of its own in a manifest.yaml.",
                ),
            )
            by_id[info.id] = renamed
            result.append(renamed)
    return result
