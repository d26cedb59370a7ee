from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from corpus import manifest
from corpus.errors import ManifestError
from corpus.manifest import (
    PageBreak,
    ReaderOptions,
    info_from_file,
    load_manifest,
    schema_text,
    sha256_of,
    slug,
    verify_file,
)
from corpus.records import DocumentKind, DocumentStatus

CORPUS = Path(manifest.__file__).parent
BUNDLED = CORPUS / "documents" / "manifest.yaml"
SCHEMA = CORPUS / "manifest.schema.json"


def written(folder: Path, *lines: str) -> Path:
    (folder / "plan.txt").write_text("Blåbærplan", encoding="utf-8")
    path = folder / "manifest.yaml"
    path.write_text("\n".join(["documents:", *lines]) + "\n", encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ManifestError) as caught:
        load_manifest(path)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(str(path))


ENTRY = ("  - id: plan", "    file: plan.txt", "    title: Blåbærplan")


def test_the_bundled_manifest_names_every_bundled_document_and_no_other() -> None:
    named = {entry.path.name for entry in load_manifest(BUNDLED).entries}
    assert named == {path.name for path in BUNDLED.parent.iterdir()} - {"manifest.yaml"}


def test_every_bundled_document_has_the_hash_of_its_entry() -> None:
    for entry in load_manifest(BUNDLED).entries:
        assert len(entry.info.sha256) == 64
        assert sha256_of(entry.path) == entry.info.sha256
        verify_file(entry, BUNDLED)


def test_the_bundled_documents_have_the_status_and_dates_of_the_design() -> None:
    found = {entry.info.id: entry.info for entry in load_manifest(BUNDLED).entries}
    assert list(found) == ["fou-side", "veikart-helse", "smart-city", "naeringsplan", "samfunnsdel"]
    assert found["samfunnsdel"].adopted == date(2010, 6, 10)
    assert found["samfunnsdel"].valid_to == date(2020, 12, 31)
    assert found["naeringsplan"].status is DocumentStatus.PROPOSAL
    assert found["naeringsplan"].adopted is None
    assert found["veikart-helse"].status is DocumentStatus.ADVISORY
    assert found["fou-side"].updated == date(2021, 9, 1)
    assert found["smart-city"].kind is DocumentKind.WEB_PAGE
    assert found["smart-city"].language == "en"
    assert found["smart-city"].published is None


def test_the_bundled_reader_options_name_the_page_breaks() -> None:
    found = {entry.info.id: entry.reader for entry in load_manifest(BUNDLED).entries}
    assert found["veikart-helse"] == ReaderOptions(page_break=PageBreak.SPACE, first_page=4)
    assert found["fou-side"].page_break is PageBreak.NONE


def test_the_readme_tells_of_every_bundled_document() -> None:
    readme = (CORPUS / "README.md").read_text(encoding="utf-8")
    for entry in load_manifest(BUNDLED).entries:
        assert f"`{entry.info.id}`" in readme
        assert entry.info.title in readme
        assert entry.info.publisher in readme


def test_the_json_schema_is_the_one_the_model_gives() -> None:
    # Renew it with: python -c "from corpus.manifest import schema_text as t; print(t(), end='')"
    assert SCHEMA.read_text(encoding="utf-8") == schema_text()


def test_the_json_schema_accepts_the_bundled_manifest_and_refuses_unknown_keys() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    plain = yaml.safe_load(BUNDLED.read_text(encoding="utf-8"))
    entries = json.loads(json.dumps(plain, default=str))
    jsonschema.validate(entries, schema)
    entries["documents"][0]["tittel"] = "x"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(entries, schema)


def test_unknown_and_left_out_both_mean_that_nobody_knows(tmp_path: Path) -> None:
    said = load_manifest(
        written(
            tmp_path, *ENTRY, "    adopted: unknown", "    sha256: unknown", "    note: unknown"
        )
    ).entries[0]
    left_out = load_manifest(written(tmp_path, *ENTRY)).entries[0]
    assert said == left_out
    assert (said.info.adopted, said.info.sha256, said.info.note) == (None, "", None)
    assert said.info.publisher == "unknown"
    assert said.line == 2


def test_an_entry_is_found_by_its_file_however_the_path_is_written(tmp_path: Path) -> None:
    loaded = load_manifest(written(tmp_path, *ENTRY))
    assert loaded.entry_for(tmp_path / "x" / ".." / "plan.txt") == loaded.entries[0]
    assert loaded.entry_for(tmp_path / "other.txt") is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "    adopted: 2010",
            "adopted: '2010' is not a whole date (a year or month alone belongs in",
        ),
        (
            "    adopted: 2010-02-30",
            "adopted: '2010-02-30' is not a day of the calendar; write the",
        ),
        ("    adopted: ca. 2010", "adopted: 'ca. 2010' is not a whole date (a year or month"),
        ("    adopted:", "adopted: '' is not a whole date"),
        ("    status: vedtatt", "status: 'vedtatt' does not fit; write one of adopted, proposal"),
        (
            "    kind: brochure",
            "kind: 'brochure' does not fit; write one of plan, strategy, report",
        ),
        ("    language: no", "language: 'no' does not fit; write nb, nn, en or unknown"),
        ("    sha256: abc", "sha256: 'abc' is no hash; write the SHA-256 of the file, 64 of"),
        ("    source_url: plan", "source_url: 'plan' is not a web address; write the address"),
        ("    publisher: ''", "publisher: is empty; write who published it, or unknown"),
        ("    adoptd: unknown", "adoptd: there is no such field; write adopted"),
        ("    farge: blå", "farge: there is no such field; fields are id, file, title"),
        ("    title: Igjen", "title: the field stands twice; remove one"),
        ("    reader: {page_break: comma}", "reader.page_break: 'comma' does not fit; write what"),
        ("    reader: {first_page: four}", "reader.first_page: 'four' does not fit; write the num"),
        (
            "    reader: {page_brake: none}",
            "reader.page_brake: there is no such field; write page_",
        ),
        ("    reader: none", "reader: 'none' does not fit; write a block of reader options"),
    ],
)
def test_a_wrong_field_is_named_with_its_line_and_what_to_write(
    tmp_path: Path, line: str, said: str
) -> None:
    assert f", line 5, {said}" in refusal(written(tmp_path, *ENTRY, line))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ("  - id: plan", "    title: T"),
            ", line 2, file: the field is missing; write the file's",
        ),
        (
            ("  - id: Næring", *ENTRY[1:]),
            ", line 2, id: 'Næring' does not fit; write a stable name",
        ),
        ((ENTRY[0], ENTRY[1], "    title: unknown"), ", line 4, title: is what citations show and"),
        (
            (ENTRY[0], "    file: ../x.txt", ENTRY[2]),
            ", line 3, file: '../x.txt' does not lie besi",
        ),
        ((ENTRY[0], "    file: no.txt", ENTRY[2]), ", line 3, file: there is no "),
        ((*ENTRY, *ENTRY), ", line 5, id: 'plan' stands already at line 2; write another id"),
        (
            (*ENTRY, "  - id: b", *ENTRY[1:]),
            ", line 6, file: 'plan.txt' stands already at line 3; write another file",
        ),
        (
            (*ENTRY, "    valid_from: 2021-01-01", "    valid_to: 2020-12-31"),
            ", line 2, documents: valid_to comes before valid_from",
        ),
        (("  - id: plan", "   file: x"), ", line 3: is not YAML"),
        (("  - just text",), ", line 2, documents: 'just text' does not fit"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_line(
    tmp_path: Path, lines: tuple[str, ...], said: str
) -> None:
    assert said in refusal(written(tmp_path, *lines))


def test_the_first_wrong_line_is_told_and_the_others_counted(tmp_path: Path) -> None:
    message = refusal(written(tmp_path, *ENTRY, "    status: x", "    kind: x"))
    assert message.startswith(", line 5, status")
    assert message.endswith("(and 1 more)")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "line 1: the file is empty"),
        (b"plans: []\n", "line 1, documents: the field is missing; write a list with one entry"),
        (b"documents: \xe6\n", "is not UTF-8"),
        (b"documents: \x00\n", "holds a control character"),
    ],
)
def test_a_file_that_is_no_manifest_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "manifest.yaml"
    path.write_bytes(content)
    assert said in refusal(path)


def test_a_missing_manifest_is_an_error_of_its_own(tmp_path: Path) -> None:
    assert refusal(tmp_path / "manifest.yaml") == ": there is no such file"


def test_a_file_that_changed_since_its_entry_is_told_with_the_new_hash(tmp_path: Path) -> None:
    path = written(tmp_path, *ENTRY)
    entry = load_manifest(path).entries[0]
    verify_file(entry, path)
    stale = replace(entry, info=replace(entry.info, sha256="0" * 64))
    with pytest.raises(ManifestError, match=rf"line 2, sha256 of plan: .*{sha256_of(entry.path)}"):
        verify_file(stale, path)


def test_a_file_without_an_entry_gets_what_its_name_says_and_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "Næringsplan_2020 (endelig).pdf"
    path.write_bytes(b"%PDF-")
    with caplog.at_level(logging.WARNING):
        info = info_from_file(path)
    assert (info.id, info.title) == ("naeringsplan-2020-endelig", "Næringsplan 2020 (endelig)")
    assert (info.status, info.adopted) == (DocumentStatus.UNKNOWN, None)
    assert info.sha256 == sha256_of(path)
    assert "has no entry in a manifest.yaml" in caplog.text
    assert info_from_file(path, title="Strategisk plan").title == "Strategisk plan"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Åpne møter", "apne-moter"),
        ("  A--B  ", "a-b"),
        ("Café №5", "cafe-no5"),
        ("VEDLEGG_1", "vedlegg-1"),
    ],
)
def test_ids_are_plain_letters(name: str, expected: str) -> None:
    assert slug(name) == expected


@given(st.text(max_size=200))
def test_every_name_gives_a_usable_id(name: str) -> None:
    found = slug(name)
    assert 1 <= len(found) <= 80
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not found.startswith("-")
    assert not found.endswith("-")
