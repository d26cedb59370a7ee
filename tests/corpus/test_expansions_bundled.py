"""The questions shipped beside the bundled documents' passages."""

import json
from collections import Counter
from functools import cache

import pytest

from corpus.analysis import split_words
from corpus.expansions import BUNDLED_EXPANSIONS, load_expansions
from corpus.text import find_quote
from eval.reference import REFERENCE_FOLDER, load_questions
from tests.ingest.structures import DOCUMENTS, corpus_document

FILES = sorted(BUNDLED_EXPANSIONS.glob("*.jsonl"))
FIELDS = {"document_id", "anchor", "questions"}


def comparable(question: str) -> str:
    return " ".join(split_words(question))


@cache
def asked() -> dict[str, str]:
    """Every shipped question in comparable form, with the form it was written in."""
    entries = [one for part in load_expansions([BUNDLED_EXPANSIONS]).values() for one in part]
    return {comparable(text): text for entry in entries for text in entry.questions}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_line_has_the_three_fields_and_a_question(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), start=1):
        if not line:
            continue
        record = json.loads(line)
        assert record.keys() == FIELDS, f"line {number}"
        assert record["questions"], f"line {number}"
        assert all(question.strip() for question in record["questions"]), f"line {number}"


def test_every_anchor_stands_in_its_document():
    lost = []
    for document_id, entries in load_expansions([BUNDLED_EXPANSIONS]).items():
        assert document_id in DOCUMENTS
        text = corpus_document(document_id).text
        lost += [
            f"{document_id}: {entry.anchor}"
            for entry in entries
            if entry.anchor not in text and find_quote(text, entry.anchor) is None
        ]
    assert not lost, "\n".join(lost)


def test_no_question_stands_beside_one_document_twice():
    for document_id, entries in load_expansions([BUNDLED_EXPANSIONS]).items():
        counts = Counter(comparable(text) for entry in entries for text in entry.questions)
        twice = [question for question, count in counts.items() if count > 1]
        assert not twice, f"{document_id}: {twice}"


def test_no_question_equals_a_reference_question():
    """A reference question found by its own words would say nothing of the search."""
    reference = load_questions([REFERENCE_FOLDER])
    assert reference
    equal = [
        f"{question.id}: {question.question}"
        for question in reference
        for form in (question.question, *question.history)
        if comparable(form) in asked()
    ]
    assert not equal, "\n".join(equal)


def test_every_bundled_document_has_questions_beside_it():
    assert load_expansions([BUNDLED_EXPANSIONS]).keys() == set(DOCUMENTS)
