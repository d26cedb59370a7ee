"""What type of answer a question asks for, and which texts hold one."""

import pytest

from assistant.answer_type import (
    AnswerType,
    asked_type,
    asks_for_now,
    asks_for_result,
    holds_type,
)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Hva er e-postadressen til næringssjefen?", AnswerType.CONTACT),
        ("What are the opening hours of the library?", AnswerType.CONTACT),
        ("Kor mykje pengar får prosjektet?", AnswerType.AMOUNT),
        ("Hva er vann- og avløpsgebyret?", AnswerType.AMOUNT),
        ("What does a place in kindergarten cost?", AnswerType.AMOUNT),
        ("Hvor stor andel av elevene fullfører?", AnswerType.SHARE),
        ("Hvor lenge varer programmet?", AnswerType.DURATION),
        ("How many employees are there?", AnswerType.NUMBER),
        ("Hvilken dato er neste møte?", AnswerType.DATE),
        ("Når ble planen vedtatt?", AnswerType.TIME),
        ("Who chairs the board?", AnswerType.PERSON),
        ("Hva er målet med planen?", AnswerType.OPEN),
        ("Hvordan melder jeg inn en prosjektidé?", AnswerType.OPEN),
    ],
)
def test_the_wording_tells_the_type(question, kind):
    assert asked_type(question) is kind


@pytest.mark.parametrize(
    ("kind", "holding", "lacking"),
    [
        (AnswerType.CONTACT, "Skriv til post@kommune.no", "Ta kontakt med kommunen"),
        (AnswerType.AMOUNT, "Det settes av 3 millioner kroner", "Det settes av midler"),
        (AnswerType.SHARE, "90 % av avfallet gjenvinnes", "Avfallet gjenvinnes"),
        (AnswerType.DURATION, "Perioden er fire år", "Perioden er lang"),
        (AnswerType.NUMBER, "De elleve kommunene", "I 2020 er kommunene flere"),
        (AnswerType.DATE, "Vedtatt 10. juni", "Vedtatt i 2010"),
        (AnswerType.TIME, "Vedtatt i 2010", "Vedtatt av bystyret"),
    ],
)
def test_a_text_holds_a_type_or_lacks_it(kind, holding, lacking):
    assert holds_type(holding, kind)
    assert not holds_type(lacking, kind)


def test_the_state_of_today_and_what_became_of_a_plan_are_asked_for_in_words():
    assert asks_for_now("Hvem er ordfører i dag?")
    assert asks_for_now("When is the next meeting?")
    assert not asks_for_now("Hva vil kommunen gjøre?")
    assert asks_for_result("Ble målet faktisk nådd?")
    assert asks_for_result("What did the evaluation conclude?")
    assert not asks_for_result("Which goals does the plan have?")
    assert not asks_for_result("Hvilke evalueringskriterier er brukt?")
    assert not asks_for_result("Hvem skal gjøre evalueringen av tiltakene?")
    assert not asks_for_result("How will the evaluation be done?")
