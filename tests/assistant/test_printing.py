import json
from datetime import date

from assistant.printing import (
    document_rows,
    print_answer,
    print_counts,
    print_documents,
    print_passages,
    write_commitments,
)


def test_an_answer_is_printed_with_its_sources_quotes_and_notes(ask, capsys):
    answer = ask("Hvem må godkjenne innsamling av helseopplysninger?")
    print_answer(answer)
    out = capsys.readouterr().out
    for citation in answer.citations:
        assert f"[{citation.marker}] {citation.title}" in out
        assert " ".join(citation.quote.split()) in out
    for note in answer.notes:
        assert f"! {note.text}" in out


def test_brackets_in_a_text_are_printed_as_they_are(ask, capsys):
    answer = ask("Hva er målet?").model_copy(
        update={"answer": "[bold]ikke fet[/bold] [1]", "citations": [], "notes": []}
    )
    print_answer(answer)
    assert capsys.readouterr().out.strip() == "[bold]ikke fet[/bold] [1]"


def test_passages_are_printed_with_place_and_score(assistant, capsys):
    passages = assistant.search("Hvem må godkjenne innsamling av helseopplysninger?", 2)
    print_passages(assistant, passages, date(2022, 1, 1))
    out = capsys.readouterr().out
    assert out.startswith("1. Forskning, utvikling og innovasjon")
    assert "\n2. " in out
    assert "\n! " in out


def test_a_documents_row_tells_what_is_known_and_its_state_on_the_day(assistant, texts):
    rows = {r["document_id"]: r for r in document_rows(assistant, date(2015, 1, 1), with_text=True)}
    row = rows["samfunnsdel"]
    assert (row["validity"], row["as_of"], row["adopted"]) == (
        "in force",
        "2015-01-01",
        "2010-06-10",
    )
    assert row["text"] == texts["samfunnsdel"]
    assert row["characters"] == len(row["text"])
    assert row["page_spans"][0]["start"] == 0
    assert json.dumps(list(rows.values()))
    assert "text" not in document_rows(assistant, date(2015, 1, 1), with_text=False)[0]


def test_documents_are_a_table(assistant, capsys):
    print_documents(document_rows(assistant, date(2015, 1, 1), with_text=False))
    assert "samfunnsdel" in capsys.readouterr().out


def test_counts_are_a_table_or_json(capsys):
    print_counts([("NTNU", 3)], as_json=True)
    assert json.loads(capsys.readouterr().out) == [{"value": "NTNU", "count": 3}]
    print_counts([("NTNU", 3)], as_json=False)
    assert "NTNU" in capsys.readouterr().out


def test_commitments_as_a_table_keep_their_brackets(make_commitment, make_info, capsys):
    row = make_commitment("Bygge [red]hall[/red]", responsible=("Ordfører",))
    write_commitments([row], "table", None, {"plan": make_info("plan")})
    out = capsys.readouterr().out
    assert "1 commitments." in out
    assert "[red]" in out
