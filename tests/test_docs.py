"""The documentation says what the code does: its generated parts, commands, settings and links."""

import json
import re
from pathlib import Path

import pytest

from assistant.answers import AnswerJson
from assistant.settings import AssistantSettings
from corpus.settings import CorpusSettings, read_settings
from eval.tune import main as tune
from ingest.settings import IngestSettings
from tests.render_docs import (
    DOCS,
    PART,
    PLAIN_PARTS,
    ROOT,
    answer_parts,
    commands,
    names_of_parts,
    render,
)

README = ROOT / "README.md"
PAGES = (README, *sorted(DOCS.glob("*.md")))
MOST_README_LINES = 150
SETTINGS = (CorpusSettings, IngestSettings, AssistantSettings)
# Read where they are needed, and no field of a settings model.
OTHER_VARIABLES = {"STIFINNER_CONFIG"}
LINK = re.compile(r"\]\(([^)\s]+)\)")
HELP_TEXT = re.compile(r"```text\n.*?```", re.DOTALL)
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
COMMAND = re.compile(r"(?<![\w./-])(?:[\w./-]*/)?stifinner((?: +[^\s`#|;&]+)+)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")


def code_of(page: Path) -> str:
    """The code on a page, but for help texts."""
    return "\n".join(CODE.findall(HELP_TEXT.sub("", page.read_text(encoding="utf-8"))))


def options_of(name: str) -> set[str]:
    return {option for parameter in commands()[name].params for option in parameter.opts} | {
        "--help",
        "-h",
    }


@pytest.fixture(params=PAGES, ids=lambda page: page.name)
def page(request):
    return request.param


def test_the_readme_is_short():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= MOST_README_LINES


def test_the_readme_names_every_page_and_every_page_it_names_exists():
    named = {link for link in LINK.findall(README.read_text(encoding="utf-8")) if "docs/" in link}

    assert {link for link in named if not (ROOT / link).exists()} == set()
    assert {f"docs/{page.name}" for page in DOCS.glob("*.md")} <= named


def test_every_link_leads_to_a_file_and_a_heading(page):
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" in link:
            continue
        name, _, heading = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        if heading:
            lines = target.read_text(encoding="utf-8").splitlines()
            titles = [line.lstrip("# ") for line in lines if line.startswith("#")]
            anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
            assert heading in anchors, link


def test_every_setting_has_a_row_and_every_variable_named_is_a_setting(page):
    variables = {f"STIFINNER_{name.upper()}" for kind in SETTINGS for name in kind.model_fields}
    rows = (DOCS / "operating.md").read_text(encoding="utf-8")

    assert {name for name in variables if f"| `{name}` |" not in rows} == set()
    named = set(re.findall(r"\bSTIFINNER_[A-Z_\d]+\b", page.read_text(encoding="utf-8")))
    assert named <= variables | OTHER_VARIABLES


def test_the_example_of_a_settings_file_is_read(tmp_path, monkeypatch):
    text = (DOCS / "operating.md").read_text(encoding="utf-8")
    example = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert example
    (tmp_path / "stifinner.toml").write_text(example.group(1), encoding="utf-8")
    monkeypatch.setenv("STIFINNER_CONFIG", str(tmp_path / "stifinner.toml"))
    monkeypatch.delenv("STIFINNER_HOME", raising=False)

    read = [read_settings(kind) for kind in SETTINGS]

    assert read[0].home == Path("/srv/stifinner")


def test_the_generated_parts_that_need_no_index_are_current(page):
    text = page.read_text(encoding="utf-8")

    assert render(text, PLAIN_PARTS) == text, "run `make docs`"


def test_every_generated_part_has_a_maker_and_stands_once():
    names = [name for page in PAGES for name in names_of_parts(page.read_text(encoding="utf-8"))]

    assert sorted(names) == sorted([*PLAIN_PARTS, *answer_parts(None)])


def test_the_staff_questions_have_the_answers_that_are_printed(assistant):
    text = (DOCS / "commitments.md").read_text(encoding="utf-8")

    assert render(text, answer_parts(assistant)) == text, "run `make docs`"


def test_the_answer_shown_is_a_valid_answer_with_verbatim_quotes(texts):
    shown = {
        match.group(2): match.group(3)
        for match in PART.finditer((DOCS / "assistant.md").read_text(encoding="utf-8"))
    }

    answer = AnswerJson.model_validate(json.loads(shown["answer"].strip().strip("`")[4:]))

    assert answer.citations
    for citation in answer.citations:
        assert texts[citation.document_id][citation.start : citation.end] == citation.quote


def test_every_command_named_exists_with_its_options(page):
    for match in COMMAND.finditer(code_of(page)):
        words = match.group(1).split()
        name = "stifinner"
        while words and f"{name} {words[0]}" in commands():
            name += f" {words.pop(0)}"
        if name == "stifinner":
            assert not words or not words[0].isalpha(), match.group()
        used = {word.split("=")[0] for word in OPTION.findall(" ".join(words))}
        assert used <= options_of(name) | options_of("stifinner"), match.group()


def test_every_option_in_code_belongs_to_a_command(page):
    known = {option for name in commands() for option in options_of(name)}
    known |= {option for parameter in tune.params for option in parameter.opts}
    spans = re.findall(r"(?<!`)`(--[a-z-]+)", HELP_TEXT.sub("", page.read_text(encoding="utf-8")))

    assert set(spans) <= known


def test_every_make_target_named_exists(page):
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    named = re.findall(r"\bmake (?:[A-Z]+=\S+ )?([a-z-]+)", code_of(page))

    assert set(named) <= set(targets)


def test_every_module_named_exists(page):
    named = re.findall(
        r"`((?:assistant|corpus|eval|ingest|tests)/[\w/*.-]+)`", page.read_text(encoding="utf-8")
    )

    missing = [
        n for n in named if not any(ROOT.glob(n.rstrip("/"))) and not any(ROOT.glob(f"{n}.py"))
    ]
    assert missing == []


def test_the_changelog_has_a_part_for_what_is_not_released():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert re.search(r"^## \[Unreleased\]\n### \w+\n- ", text, re.M)


def test_no_page_names_a_folder_of_the_machine_it_was_written_on(page):
    named = re.findall(r"/(?:work|tmp|root|home/\w+)/\S*", page.read_text(encoding="utf-8"))

    assert named == []
