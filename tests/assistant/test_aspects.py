import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.aspects import MAX_SIDES, aspects_of_documents, aspects_of_things
from assistant.document_names import Mention


def sides_of(question, **named):
    mentions = sorted(
        (
            Mention(document_id=name, start=question.index(words),
                    end=question.index(words) + len(words))
            for name, words in named.items()
        ),
        key=lambda one: one.start,
    )  # fmt: skip
    return {one.document_id: one.text for one in aspects_of_documents(question, mentions)}


def test_a_shared_question_is_put_to_each_document_without_their_names():
    sides = sides_of(
        "Hva sier næringsplanen og samfunnsdelen om studenter?",
        plan="næringsplanen",
        city="samfunnsdelen",
    )
    assert sides == {"plan": "Hva sier om studenter?", "city": "Hva sier om studenter?"}


def test_a_clause_that_names_one_document_is_its_own():
    sides = sides_of(
        "Hvor store kutt vil planen ha i trafikken, og hvem skal styre helsedata ifølge veikartet?",
        plan="planen",
        roadmap="veikartet",
    )
    assert "trafikken" in sides["plan"]
    assert "helsedata" not in sides["plan"]
    assert "helsedata" in sides["roadmap"]
    assert "trafikken" not in sides["roadmap"]


def test_a_clause_too_short_to_search_with_gets_the_whole_question():
    sides = sides_of(
        "How long does the agreement last according to the page, and when does the roadmap say so?",
        page="the page",
        roadmap="the roadmap",
    )
    assert "agreement" in sides["roadmap"]


def test_words_that_only_compare_are_left_out():
    sides = sides_of(
        "Sammenlign henholdsvis planen og veikartet om havvind", plan="planen", map="veikartet"
    )
    assert sides["plan"] == "om havvind" == sides["map"]


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("Hva er forskjellen mellom brannbilen og sykebilen?", "brannbilen", "sykebilen"),
        ("Kva er skilnaden på Karrieredagen og Bydagen?", "Karrieredagen", "Bydagen"),
        ("Hva skiller mål 4.2 fra mål 4.3?", "mål 4.2", "mål 4.3"),
        ("What is the difference between trams and buses?", "trams", "buses"),
        ("Hva skal til for grønt kontra rødt lys?", "grønt", "rødt"),
        ("Hva koster hallen, og hvem eier stadion?", "hallen", "stadion"),
    ],
)
def test_two_things_are_two_sides(question, one, other):
    first, second = (aspect.text for aspect in aspects_of_things(question))
    assert one in first
    assert other not in first
    assert other in second
    assert one not in second


@pytest.mark.parametrize("question", ["Hvem eier hallen?", "", "Hva er forskjellen?", "?? og ??"])
def test_one_thing_has_no_sides(question):
    assert aspects_of_things(question) == []


@given(st.text(max_size=300))
def test_any_text_has_at_most_three_sides_and_none_empty(text):
    sides = aspects_of_things(text)
    assert len(sides) in (0, 2, MAX_SIDES)
    assert all(side.text.strip() for side in sides)
