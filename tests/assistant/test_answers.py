import json

import pytest
from pydantic import ValidationError

from assistant.answers import AnswerJson, CitationJson, CommitmentJson, NoteJson, PassageJson
from corpus.records import Citation, DocumentId, DocumentStatus, Hit, PassageId

ORDER = ["id", "question", "standalone_question", "language", "answered", "answer", "citations",
         "passages", "notes", "mode", "model", "index", "timings_ms"]  # fmt: skip


def test_the_fields_of_an_answer_are_those_of_the_contract_in_its_order():
    shown = [name for name, field in AnswerJson.model_fields.items() if not field.exclude]
    assert shown == ORDER
    assert list(CitationJson.model_fields) == [
        "marker", "document_id", "title", "publisher", "status", "section", "page", "quote",
        "start", "end", "passage_id", "url",
    ]  # fmt: skip
    assert list(PassageJson.model_fields) == [
        "rank", "passage_id", "document_id", "section", "page", "text", "score",
    ]  # fmt: skip


def test_a_citation_keeps_its_values():
    citation = Citation(
        marker=1, document_id=DocumentId("plan"), title="Plan", publisher="Meldal",
        status=DocumentStatus.IN_FORCE_AT_DATE, section=("A", "B"), page=None, quote="«Æ»",
        start=3, end=6, passage_id=PassageId("p"), url=None,
    )  # fmt: skip
    shown = json.loads(CitationJson.of(citation).model_dump_json())
    assert shown["status"] == "in force at date"
    assert shown["section"] == ["A", "B"]
    assert (shown["page"], shown["url"]) == (None, None)
    assert shown["quote"] == "«Æ»"


def test_a_passage_is_verbatim_with_a_rounded_score(make_passage):
    shown = PassageJson.of(Hit(passage=make_passage("a\nb"), rank=2, score=0.123456))
    assert (shown.text, shown.rank, shown.score) == ("a\nb", 2, 0.1235)


def test_a_commitment_keeps_its_names_as_printed(make_commitment):
    row = make_commitment(responsible=("STFK/NTFK",), responsible_names=("STFK", "NTFK"))
    assert CommitmentJson.of(row).responsible == ["STFK/NTFK"]


def test_unknown_fields_and_kinds_are_refused():
    with pytest.raises(ValidationError):
        NoteJson(kind="gossip", text="x")
    with pytest.raises(ValidationError):
        NoteJson(kind="scope", text="x", more="y")


def test_an_answer_survives_its_json(ask):
    answer = ask("Hvem må godkjenne innsamling av helseopplysninger?")
    assert AnswerJson.model_validate_json(answer.model_dump_json()) == answer
