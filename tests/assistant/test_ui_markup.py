import html
import re

from hypothesis import given
from hypothesis import strategies as st

from assistant.answers import AnswerJson, CitationJson, NoteJson
from assistant.ui.markup import body_html, copy_text, escape
from assistant.ui.texts import TEXTS, interface, say

ALLOWED = re.compile(
    r"</?(?:p|ul|ol|li|br|table|thead|tbody|tr|th|td|button)(?: [a-z-]+=\"[^\"<>]*\")*\s*/?>"
)


def cited(marker=1, **changes):
    fields = {
        "marker": marker,
        "document_id": "plan",
        "title": "Planen",
        "publisher": "Kommunen",
        "status": "adopted",
        "section": ["Mål", "Klima"],
        "page": 7,
        "quote": "Byen\nskal bli grønn.",
        "start": 0,
        "end": 20,
        "passage_id": "plan-1",
        "url": None,
    }
    return CitationJson(**(fields | changes))


def answer(text, citations=(), notes=()):
    return AnswerJson(
        id="1",
        question="Hva?",
        standalone_question="Hva?",
        language="nb",
        answered=True,
        answer=text,
        citations=list(citations),
        passages=[],
        notes=list(notes),
        mode="extractive",
        model=None,
        index="i",
    )


def test_a_marker_with_a_citation_is_a_button_and_one_without_stays_text():
    body = body_html("Grønt [1] og blått [2].", [cited()], exchange=3)
    assert 'data-exchange="3" data-marker="1"' in body
    assert 'aria-label="Vis kilde 1: Planen"' in body
    assert body.count("<button") == 1
    assert "[2]" in body


def test_lines_lists_and_tables_keep_their_structure():
    text = "Planen sier:\n- ett [1]\n- to\n\n| Nr | Tiltak |\n|---|---|\n| 1.1 | Bygge [1] |"
    body = body_html(text, [cited()])
    assert body.count("<li>") == 2
    assert '<table class="st-table">' in body
    assert "<td>1.1</td>" in body
    assert body.count('class="st-cite"') == 2
    assert body_html("En linje.\nEn til.").count("<p>") == 2


def test_what_a_document_prints_is_never_markup():
    body = body_html("<script>x</script> *Merk* _nå_ # 1 [her](http://x) & <b>")
    assert "<script" not in body
    assert "<em>" not in body
    assert "<a " not in body
    assert html.unescape(re.sub(r"</?p>", "", body)).strip() == (
        "<script>x</script> *Merk* _nå_ # 1 [her](http://x) & <b>"
    )


def test_bold_is_read_from_a_language_model_only():
    assert "<strong>" in body_html("**Ja**", generative=True)
    assert "<strong>" not in body_html("**Ja**")


@given(st.text(max_size=200))
def test_no_text_gets_a_tag_of_its_own_through(text):
    body = body_html(text, [cited(title='x"><img src=x>')])
    assert "<" not in ALLOWED.sub("", body)


def test_a_copy_holds_question_answer_notes_and_sources_with_quotes():
    note = NoteJson(kind="validity", text="Planen er utløpt.")
    copied = copy_text(answer("Grønn by. [1]", [cited(url="https://x.no/p")], [note]), "en")
    assert copied.splitlines() == [
        "Hva?",
        "",
        "Grønn by. [1]",
        "",
        "! Planen er utløpt.",
        "",
        "Sources",
        "[1] Planen, Mål › Klima, p. 7, Kommunen, adopted, https://x.no/p: «Byen skal bli grønn.»",
    ]


def test_both_languages_have_every_text_with_the_same_places_to_fill():
    for key, (norwegian, english) in TEXTS.items():
        assert norwegian, key
        assert english, key
        places = [set(re.findall(r"\{(\w+)\}", text)) for text in (norwegian, english)]
        assert places[0] == places[1], key


def test_a_browser_can_choose_no_other_language():
    assert [interface(value) for value in ("en", "nb", "xx", None)] == ["en", "nb", "nb", "nb"]
    assert say("page", "en", page=3) == "p. 3"
    assert escape("\"'<&>") == "&quot;&#x27;&lt;&amp;&gt;"
