import hashlib
from datetime import date

import pytest

from corpus.errors import ManifestError, SettingsError
from corpus.records import DocumentStatus
from ingest.discovery import discover, document_key


@pytest.fixture
def folder(tmp_path):
    """Three readable files, one of them in a subfolder, and one that no reader takes."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "plan.txt").write_text("Plan for hallen.")
    (tmp_path / "notes.md").write_text("# Notat")
    (tmp_path / "sub" / "page.html").write_text("<p>Side</p>")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    return tmp_path


def write_manifest(folder, *more, sha="unknown"):
    lines = [
        "documents:",
        "  - id: hallplan",
        "    file: plan.txt",
        "    title: Plan for hallen",
        "    status: adopted",
        "    adopted: 2021-05-03",
        f"    sha256: {sha}",
        *more,
    ]
    (folder / "manifest.yaml").write_text("\n".join(lines) + "\n")


def ids(*sources):
    return [str(found.info.id) for found in discover([str(source) for source in sources])]


def test_a_folder_gives_every_readable_file_below_it(folder):
    assert sorted(ids(folder)) == ["notes", "page", "plan"]


def test_a_file_without_an_entry_is_taken_with_a_warning(folder):
    (found,) = discover([str(folder / "plan.txt")])
    assert found.info.status is DocumentStatus.UNKNOWN
    assert not found.has_entry
    assert "--suggest" in found.warnings[0]


def test_the_manifest_beside_a_file_names_it(folder):
    write_manifest(folder)
    assert sorted(ids(folder)) == ["hallplan", "notes", "page"]
    (found,) = discover([str(folder / "plan.txt")])
    assert found.info.adopted == date(2021, 5, 3)
    assert found.has_entry
    assert not found.warnings


def test_a_file_that_changed_since_its_entry_is_told_with_its_hash(folder):
    write_manifest(folder, sha="0" * 64)
    (found,) = discover([str(folder / "plan.txt")])
    actual = hashlib.sha256((folder / "plan.txt").read_bytes()).hexdigest()
    assert actual in found.warnings[0]
    assert found.info.sha256 == actual


def test_a_file_named_twice_counts_once(folder):
    assert ids(folder / "plan.txt", folder / "plan.txt") == ["plan"]
    assert sorted(ids(folder, folder / "plan.txt")) == ["notes", "page", "plan"]


@pytest.mark.parametrize("text", ["Plan for hallen.", "En annen plan."])
def test_another_file_of_the_same_name_gets_a_number_and_a_warning(folder, text):
    """The same bytes too: what is a duplicate is told, not dropped."""
    (folder / "sub" / "plan.txt").write_text(text)
    found = discover([str(folder / "plan.txt"), str(folder / "sub")])
    by_id = {str(one.info.id): one for one in found}
    assert set(by_id) == {"plan", "page", "plan-2"}
    assert "plan-2" in by_id["plan-2"].warnings[-1]


def test_what_does_not_exist_and_what_nobody_reads_are_errors(folder):
    with pytest.raises(SettingsError, match="does not exist"):
        discover([str(folder / "missing.txt")])
    (folder / "empty").mkdir()
    with pytest.raises(SettingsError, match="No readable documents"):
        discover([str(folder / "empty")])


def test_a_file_that_cannot_be_read_is_left_to_the_pass_to_report(folder):
    (folder / "broken.txt").symlink_to("/proc/self/mem")  # opens, but cannot be read, even by root
    found = {str(one.info.id): one for one in discover([str(folder)])}
    assert "broken.txt" in str(found["broken"].error)
    assert found["notes"].error is None


def test_an_entry_whose_file_is_missing_names_the_line(folder):
    write_manifest(folder)
    (folder / "plan.txt").unlink()
    with pytest.raises(ManifestError, match="line 3, file"):
        discover([str(folder)])


@pytest.mark.parametrize("url", ["http://example.org/plan.pdf", "https://127.0.0.1/plan.pdf"])
def test_an_address_we_may_not_fetch_is_left_to_the_pass_to_report(url):
    (found,) = discover([url])
    assert found.error is not None
    assert not found.content
    assert found.origin == url


def test_a_documents_key_sees_bytes_entry_and_reader_options(folder):
    def key():
        return document_key(discover([str(folder / "plan.txt")])[0])

    keys = [key()]
    (folder / "plan.txt").write_text("Plan for hallen!")
    keys.append(key())
    write_manifest(folder)
    keys.append(key())
    write_manifest(folder, "    reader:", "      first_page: 4")
    keys.append(key())
    assert len(set(keys)) == 4
    assert key() == keys[-1]
