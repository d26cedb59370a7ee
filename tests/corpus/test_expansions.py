import json

import pytest

from corpus.errors import SettingsError
from corpus.expansions import (
    BUNDLED_EXPANSIONS,
    Expansion,
    attach,
    expansion_folders,
    expansions_fingerprint,
    load_expansions,
)
from corpus.records import Document, DocumentId, DocumentInfo

TEXT = "Kommunen bygger en hall. Den er ferdig i 2024.\nFergen går til Leksvik."


def document(text=TEXT):
    info = DocumentInfo(id=DocumentId("plan"), file="plan.txt", title="Plan")
    return Document(info=info, text=text, pages=(), blocks=())


def passages_of(make_passage, *starts):
    ends = [*starts[1:], len(TEXT)]
    return [
        make_passage(TEXT[start:end], start=start) for start, end in zip(starts, ends, strict=True)
    ]


def expansion(anchor, *questions):
    return Expansion(document_id="plan", anchor=anchor, questions=questions or ("Når?",))


def test_lines_are_read_by_document(tmp_path):
    lines = [
        {"document_id": "plan", "anchor": "a", "questions": ["q1", "q2"]},
        {"document_id": "side", "anchor": "b", "questions": []},
    ]
    (tmp_path / "x.jsonl").write_text("\n\n".join(json.dumps(one) for one in lines))
    found = load_expansions([tmp_path, tmp_path / "missing"])
    assert found["plan"] == [expansion("a", "q1", "q2")]
    assert found["side"][0].questions == ()


@pytest.mark.parametrize("line", ["{", "[]", '{"document_id": "plan"}'])
def test_a_wrong_line_is_refused_with_its_place(tmp_path, line):
    (tmp_path / "x.jsonl").write_text('{"document_id":"p","anchor":"a","questions":[]}\n' + line)
    with pytest.raises(SettingsError, match=r"x\.jsonl:2"):
        load_expansions([tmp_path])


def test_questions_go_to_the_passage_that_holds_most_of_the_anchor(make_passage):
    second = TEXT.index("Fergen")
    passages = passages_of(make_passage, 0, second)
    by_passage, lost = attach(document(), passages, [expansion("Fergen går til Leksvik.", "Hvor?")])
    assert not lost
    (beside,) = by_passage[passages[1].id]
    assert beside.text == "Hvor?"
    assert TEXT[beside.start : beside.end] == "Fergen går til Leksvik."


def test_an_anchor_over_two_passages_stays_within_one_of_them(make_passage):
    passages = passages_of(make_passage, 0, TEXT.index("Den er"))
    anchor = "Kommunen bygger en hall. Den er"
    by_passage, _ = attach(document(), passages, [expansion(anchor)])
    (beside,) = by_passage[passages[0].id]
    assert (beside.start, beside.end) == (0, passages[0].end)


def test_a_new_chunking_keeps_the_questions(make_passage):
    anchor = "Den er ferdig i 2024."
    for starts in ((0,), (0, TEXT.index("Den er")), (0, TEXT.index("Fergen"))):
        by_passage, lost = attach(
            document(), passages_of(make_passage, *starts), [expansion(anchor)]
        )
        assert not lost
        assert sum(len(found) for found in by_passage.values()) == 1


def test_an_anchor_that_no_longer_stands_there_is_told(make_passage):
    by_passage, lost = attach(
        document(), passages_of(make_passage, 0), [expansion("Hallen er revet.")]
    )
    assert not by_passage
    assert lost == ["Hallen er revet."]


def test_the_fingerprint_ignores_the_order_of_documents_and_sees_every_question():
    one, two = expansion("a", "q"), expansion("b", "q")
    assert expansions_fingerprint({"x": [one], "y": [two]}) == expansions_fingerprint(
        {"y": [two], "x": [one]}
    )
    assert expansions_fingerprint({"x": [one]}) != expansions_fingerprint(
        {"x": [expansion("a", "q", "r")]}
    )


def test_the_setting_names_bundled_none_or_a_folder(tmp_path):
    assert expansion_folders("none", tmp_path) == []
    assert expansion_folders("bundled", tmp_path)[-1] == tmp_path / "expansions"
    assert expansion_folders(str(tmp_path), tmp_path) == [tmp_path]
    with pytest.raises(SettingsError, match="no folder"):
        expansion_folders(str(tmp_path / "missing"), tmp_path)


def test_every_bundled_anchor_stands_in_its_document(assistant):
    register = assistant.index.register
    for name, expansions in load_expansions([BUNDLED_EXPANSIONS]).items():
        rows = register.rows_of_documents([name])
        passages = [register.passages(rows)[row] for row in rows]
        _, lost = attach(register.document(DocumentId(name)), passages, expansions)
        assert not lost, f"{name}: {lost}"
