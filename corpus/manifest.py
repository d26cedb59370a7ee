"""The manifest: what people know of each document and its file cannot say, checked before use.

`manifest.yaml` stands beside the documents and holds one entry for each. Every scalar is read as
text and typed by the model below, because YAML's own guesses hurt here: it reads the language `no`
as false and refuses a day like 2010-02-30 without naming the field. Unknown keys, repeated keys
and guesses ("ca. 2010") are refused, and every error names file, line, field and what to write.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import logging
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import ErrorDetails, PydanticCustomError, core_schema

from corpus.errors import ManifestError
from corpus.records import DocumentId, DocumentInfo, DocumentKind, DocumentStatus

logger = logging.getLogger(__name__)

MANIFEST_NAME = "manifest.yaml"
UNKNOWN = "unknown"
_HASH_OR_UNKNOWN = r"^([0-9a-f]{64}|unknown)$"


class PageBreak(StrEnum):
    """What ends a page in flat text. AUTO: form feeds where there are any, else leading spaces."""

    AUTO = "auto"
    SPACE = "space"
    FORM_FEED = "form-feed"
    NONE = "none"


class ScannedPages(StrEnum):
    """What to do with a PDF's pictures of pages: read them by OCR (or fail), or leave them out."""

    OCR = "ocr"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderOptions:
    """How to read one file.

    `first_page` numbers its first page; pages below 1 get no number; None means 1, or what the
    printed page numbers of a flat text prove. `encoding` is what the manifest or an HTTP header
    says; None leaves it to the reader.
    """

    page_break: PageBreak = PageBreak.AUTO
    first_page: int | None = None
    encoding: str | None = None
    scanned_pages: ScannedPages = ScannedPages.OCR


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestEntry:
    """One checked entry: the document, how to read it, where it lies and the entry's line."""

    info: DocumentInfo
    reader: ReaderOptions
    path: Path
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All entries of one manifest.yaml, in the order of the file."""

    path: Path
    entries: tuple[ManifestEntry, ...]

    def entry_for(self, path: Path) -> ManifestEntry | None:
        """The entry of the file at `path`; None when the manifest does not name it."""
        wanted = path.resolve()
        return next((entry for entry in self.entries if entry.path.resolve() == wanted), None)


def _refuse(reason: str) -> PydanticCustomError:
    return PydanticCustomError("manifest", "{reason}", {"reason": reason})


def _date_or_none(value: object) -> object:
    if value == UNKNOWN or isinstance(value, date):
        return None if value == UNKNOWN else value
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise _refuse(f"{value!r} is not a whole date (a year or month alone belongs in note)")
    try:
        return date.fromisoformat(value)
    except ValueError as exc:
        raise _refuse(f"{value!r} is not a day of the calendar") from exc


def _text(value: str) -> str:
    if not value.strip():
        raise _refuse("is empty")
    return unicodedata.normalize("NFC", value.strip())


def _title(value: str) -> str:
    if value == UNKNOWN:
        raise _refuse("is what citations show and cannot be unknown")
    return _text(value)


def _known_text(value: str | None) -> str | None:
    return None if value in (None, UNKNOWN) else _text(value)


def _hash(value: str) -> str:
    if not re.fullmatch(_HASH_OR_UNKNOWN, value):
        raise _refuse(f"{value!r} is no hash")
    return "" if value == UNKNOWN else value


def _relative_file(value: str) -> str:
    path = PurePosixPath(value)
    if not value.strip() or path.is_absolute() or ".." in path.parts or "\\" in value:
        raise _refuse(f"{value!r} does not lie beside the manifest or below it")
    return value


def _web_address(value: str | None) -> str | None:
    if value is None or value == UNKNOWN:
        return None
    if urlsplit(value).scheme not in ("https", "http") or not urlsplit(value).hostname:
        raise _refuse(f"{value!r} is not a web address")
    return value


_DATE_SCHEMA = {"anyOf": [{"type": "string", "format": "date"}, {"const": UNKNOWN}]}
_TEXT_SCHEMA = {"type": "string", "minLength": 1}
MaybeDate = Annotated[date | None, BeforeValidator(_date_or_none), WithJsonSchema(_DATE_SCHEMA)]
Text = Annotated[str, AfterValidator(_text), WithJsonSchema(_TEXT_SCHEMA)]
Title = Annotated[str, AfterValidator(_title), WithJsonSchema(_TEXT_SCHEMA)]
MaybeText = Annotated[str | None, AfterValidator(_known_text), WithJsonSchema(_TEXT_SCHEMA)]
MaybeUrl = Annotated[str | None, AfterValidator(_web_address), WithJsonSchema(_TEXT_SCHEMA)]
Hash = Annotated[
    str, AfterValidator(_hash), WithJsonSchema({"type": "string", "pattern": _HASH_OR_UNKNOWN})
]
FileName = Annotated[str, AfterValidator(_relative_file), WithJsonSchema(_TEXT_SCHEMA)]


class ReaderModel(BaseModel):
    """How to read the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    page_break: PageBreak = Field(
        PageBreak.AUTO,
        description="what ends a page in a text file: auto, space (a line that starts with one "
        "space), form-feed or none",
    )
    first_page: Annotated[
        int | None,
        Field(ge=-1000, le=100_000),
        WithJsonSchema({"type": "integer", "minimum": -1000, "maximum": 100_000}),
    ] = Field(
        None,
        description="the number of the file's first page, a whole number (0 or less when "
        "unnumbered pages come first); leave it out to have 1 or what the pages print",
    )
    encoding: Annotated[
        Literal["utf-8", "cp1252"] | None, WithJsonSchema({"enum": ["utf-8", "cp1252"]})
    ] = Field(None, description="utf-8 or cp1252; leave it out to have it detected")
    scanned_pages: ScannedPages = Field(
        ScannedPages.OCR, description="ocr, or skip to leave pictures of pages out"
    )


class EntryModel(BaseModel):
    """One document as the manifest states it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: str = Field(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=80,
        description="a stable name of a-z, 0-9 and single hyphens, such as naeringsplan",
    )
    file: FileName = Field(description="the file's path from this manifest, such as plan.pdf")
    title: Title = Field(description="the title as printed, or what people call the document")
    publisher: Text = Field(UNKNOWN, description="who published it, or unknown")
    kind: DocumentKind = Field(
        DocumentKind.UNKNOWN, description=f"one of {', '.join(DocumentKind)}"
    )
    status: DocumentStatus = Field(
        DocumentStatus.UNKNOWN, description=f"one of {', '.join(DocumentStatus)}"
    )
    adopted: MaybeDate = Field(
        None, description="the day a council or board adopted it: YYYY-MM-DD, or unknown"
    )
    published: MaybeDate = Field(
        None, description="the day it was published: YYYY-MM-DD, or unknown"
    )
    updated: MaybeDate = Field(
        None, description="the day it was last updated: YYYY-MM-DD, or unknown"
    )
    valid_from: MaybeDate = Field(
        None, description="the first day it holds: YYYY-MM-DD, or unknown"
    )
    valid_to: MaybeDate = Field(None, description="the last day it holds: YYYY-MM-DD, or unknown")
    replaces: MaybeText = Field(None, description="the id or name of what it replaces, or unknown")
    replaced_by: MaybeText = Field(
        None, description="the id or name of what replaced it, or unknown"
    )
    language: Literal["nb", "nn", "en", "unknown"] = Field(
        "unknown", description="nb, nn, en or unknown"
    )
    source_url: MaybeUrl = Field(
        None, description="the address it was taken from, https://…, or unknown"
    )
    rights: MaybeText = Field(None, description="the licence or terms of use, or unknown")
    sha256: Hash = Field(
        "",
        description="the SHA-256 of the file, 64 of 0-9 and a-f (`sha256sum FILE`), or unknown",
    )
    note: MaybeText = Field(None, description="what a reader should know, or unknown")
    reader: ReaderModel = Field(
        default_factory=lambda: ReaderModel.model_validate({}),
        description="a block of reader options",
    )

    @model_validator(mode="after")
    def _dates_in_order(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise _refuse("valid_to comes before valid_from; write the last day in valid_to")
        return self

    def to_info(self) -> DocumentInfo:
        """The document's record, with None for what is unknown."""
        fields = {name: getattr(self, name) for name in EntryModel.model_fields if name != "reader"}
        return DocumentInfo(**fields | {"id": DocumentId(self.id)})

    def to_options(self) -> ReaderOptions:
        """The reader's options."""
        return ReaderOptions(**self.reader.model_dump())


class ManifestModel(BaseModel):
    """A manifest.yaml: one entry for each document beside it."""

    model_config = ConfigDict(extra="forbid", frozen=True, title="Stifinner manifest")
    documents: tuple[EntryModel, ...] = Field(description="a list with one entry for each document")


def load_manifest(path: Path) -> Manifest:
    """The checked manifest at `path`.

    Checks the form of every field, that ids and files are named once and that every file exists;
    not the hashes, which `verify_file` does for the files that are read.

    Raises:
        ManifestError: the file cannot be read or an entry is wrong; names the first wrong line and
            counts the others.
    """
    root = _compose(path)
    try:
        model = ManifestModel.model_validate(_plain(root, path))
    except ValidationError as exc:
        raise ManifestError(_explain(exc.errors(), root, path)) from exc
    entries = tuple(
        ManifestEntry(
            info=entry.to_info(),
            reader=entry.to_options(),
            path=path.parent / entry.file,
            line=_line_of(root, ("documents", number)),
        )
        for number, entry in enumerate(model.documents)
    )
    _refuse_repeats(entries, root, path)
    _refuse_missing_files(entries, root, path)
    return Manifest(path=path, entries=entries)


def verify_file(entry: ManifestEntry, manifest_path: Path) -> None:
    """Nothing when the file's SHA-256 is the entry's, or the entry leaves it unknown.

    Raises:
        ManifestError: the file has changed since its entry was written.
    """
    found = sha256_of(entry.path)
    if entry.info.sha256 and entry.info.sha256 != found:
        raise ManifestError(
            f"{manifest_path}, line {entry.line}, sha256 of {entry.info.id}: the file "
            f"{entry.info.file} has changed; check its entry and write {found}"
        )


def info_from_file(path: Path, *, title: str | None = None) -> DocumentInfo:
    """The record of a file without a manifest entry; logs a warning that says how to add one.

    `title` is what the file says of itself; without one the file's name serves. Two files whose
    names differ only in folder, case or suffix get the same id: the caller must refuse the second.
    """
    logger.warning(
        "%s has no entry in a %s: status and dates are unknown. "
        "`stifinner documents --suggest PATH` prints an entry to paste.",
        path.name,
        MANIFEST_NAME,
    )
    name = unicodedata.normalize("NFC", path.stem)
    return DocumentInfo(
        id=slug(name),
        file=path.name,
        title=title or re.sub(r"[\s_]+", " ", name).strip(),
        sha256=sha256_of(path),
    )


def slug(name: str) -> DocumentId:
    """An id made of `name`: lower case, æ ø å as ae o a, all else but a-z and 0-9 a hyphen.

    A name without a usable letter gives `document-` and 8 digits of its hash.
    """
    letters = name.casefold().replace("æ", "ae").replace("ø", "o")
    plain = unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode().lower()
    found = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-")
    return DocumentId(found or "document-" + hashlib.sha256(name.encode()).hexdigest()[:8])


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _SchemaWithoutNulls(GenerateJsonSchema):
    """A field left out is unknown; an editor that offers its default must not offer null."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default", ...) in (None, ""):
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def schema_text() -> str:
    """The JSON schema of a manifest, as kept in `corpus/manifest.schema.json` for editors."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return (
        json.dumps(
            schema | ManifestModel.model_json_schema(schema_generator=_SchemaWithoutNulls),
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
    )


def _compose(path: Path) -> yaml.Node:
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except FileNotFoundError as exc:
        raise ManifestError(f"{path}: there is no such file") from exc
    except UnicodeDecodeError as exc:
        raise ManifestError(f"{path}: is not UTF-8; save it as UTF-8") from exc
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else 1
        raise ManifestError(
            f"{path}, line {line}: is not YAML ({exc.problem}); check indents, colons and quotes"
        ) from exc
    except yaml.YAMLError as exc:
        raise ManifestError(f"{path}: holds a control character; remove it") from exc
    if node is None:
        raise ManifestError(f"{path}, line 1: the file is empty; write `documents:` and entries")
    return node


def _plain(node: yaml.Node, path: Path) -> object:
    """The node as dicts, lists and text; no scalar is interpreted."""
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, path) for child in node.value]
    if not isinstance(node, yaml.MappingNode):
        return node.value
    mapping: dict[str, object] = {}
    for key, value in node.value:
        if key.value in mapping:
            raise ManifestError(
                f"{path}, line {key.start_mark.line + 1}, {key.value}: "
                "the field stands twice; remove one"
            )
        mapping[str(key.value)] = _plain(value, path)
    return mapping


def _line_of(root: yaml.Node, location: Iterable[int | str]) -> int:
    """The line (from 1) of the deepest part of `location` that the file holds."""
    node, line = root, root.start_mark.line
    for step in location:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == step), None)
            if found is None:
                break
            line, node = found[0].start_mark.line, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line
        else:
            break
    return line + 1


def _explain(errors: list[ErrorDetails], root: yaml.Node, path: Path) -> str:
    first = min(errors, key=lambda error: _line_of(root, error["loc"]))
    field = ".".join(str(step) for step in first["loc"] if isinstance(step, str)) or "documents"
    field = field.removeprefix("documents.")
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{path}, line {_line_of(root, first['loc'])}, {field}: {_problem(first)}{more}"


def _problem(error: ErrorDetails) -> str:
    model, name = _model_of(error["loc"])
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(name, model.model_fields, n=1)
        hint = f"write {near[0]}" if near else f"fields are {', '.join(model.model_fields)}"
        return f"there is no such field; {hint}"
    known = model.model_fields.get(name)
    advice = f"; write {known.description}" if known else ""
    if error["type"] == "missing":
        return f"the field is missing{advice}"
    if error["type"] == "manifest":
        return error["msg"] + advice
    return f"{error['input']!r} does not fit{advice}"


def _model_of(location: tuple[int | str, ...]) -> tuple[type[BaseModel], str]:
    name = str(location[-1]) if location else ""
    if len(location) > 2 and location[2] == "reader" and len(location) > 3:
        return ReaderModel, name
    return (EntryModel, name) if len(location) > 2 else (ManifestModel, name)


def _refuse_repeats(entries: tuple[ManifestEntry, ...], root: yaml.Node, path: Path) -> None:
    for field in ("id", "file"):
        seen: dict[str, int] = {}
        for number, entry in enumerate(entries):
            value = str(getattr(entry.info, field))
            if value in seen:
                raise ManifestError(
                    f"{path}, line {_line_of(root, ('documents', number, field))}, {field}: "
                    f"{value!r} stands already at line {seen[value]}; write another {field}"
                )
            seen[value] = _line_of(root, ("documents", number, field))


def _refuse_missing_files(entries: tuple[ManifestEntry, ...], root: yaml.Node, path: Path) -> None:
    for number, entry in enumerate(entries):
        if not entry.path.is_file():
            raise ManifestError(
                f"{path}, line {_line_of(root, ('documents', number, 'file'))}, file: there is no "
                f"{entry.path}; write the path from the manifest to the file, or remove the entry"
            )
