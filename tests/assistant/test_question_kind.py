import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.question_kind import QuestionKind, kind_of


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Hvem må godkjenne innsamling av helseopplysninger?", QuestionKind.PLAIN),
        ("Når skal svømmehallen stå ferdig?", QuestionKind.PLAIN),
        ("Who leads the work?", QuestionKind.PLAIN),
        ("", QuestionKind.PLAIN),
        ("Hvilke krav stilles til prosjekter?", QuestionKind.LIST),
        ("Kva for krav gjeld?", QuestionKind.LIST),
        ("What are the goals?", QuestionKind.LIST),
        ("List opp alle målene", QuestionKind.LIST),
        ("Nevn tiltakene", QuestionKind.LIST),
        ("What positive developments have there been?", QuestionKind.LIST),
        ("What status has the work?", QuestionKind.PLAIN),
        ("What progress has been made?", QuestionKind.PLAIN),
        ("Kva aktivitetar er lagde inn i årshjulet?", QuestionKind.LIST),
        ("Sammenlign samfunnsdelen og næringsplanen", QuestionKind.COMPARE),
        ("Hva er forskjellen på planen og veikartet?", QuestionKind.COMPARE),
        ("How do the two plans differ?", QuestionKind.COMPARE),
        ("Kva er skilnaden mellom dei?", QuestionKind.COMPARE),
        ("Er næringsplanen vedtatt?", QuestionKind.VALIDITY),
        ("Gjelder planen fortsatt?", QuestionKind.VALIDITY),
        ("Når ble handlingsplanen for kultur vedtatt?", QuestionKind.VALIDITY),
        ("Er klimastrategien gyldig?", QuestionKind.VALIDITY),
        ("Gjelder kommuneplanens samfunnsdel fortsatt?", QuestionKind.VALIDITY),
        ("Gjeld samfunnsdelen framleis?", QuestionKind.VALIDITY),
        ("Is the report binding?", QuestionKind.VALIDITY),
        ("When was the page last updated?", QuestionKind.VALIDITY),
        ("Byen vedtok en strategi. Hva mener SINTEF om den?", QuestionKind.PLAIN),
        ("Hvem vedtok planen?", QuestionKind.VALIDITY),
        ("Er næringsplanen fortsatt gyldig, og hva har kommet i stedet?", QuestionKind.VALIDITY),
        ("Is the roadmap binding, and who wrote it?", QuestionKind.VALIDITY),
        ("Er det vedtatt noe om hva planen skal koste?", QuestionKind.PLAIN),
        ("Har planen mål for hvor mye utslippene skal ned, og er de vedtatt?", QuestionKind.PLAIN),
        ("Hvilke planer gjelder?", QuestionKind.VALIDITY),
        ("Which of the reports are still valid?", QuestionKind.VALIDITY),
        ("Hvilke planer for kollektivtrafikk er vedtatt?", QuestionKind.LIST),
        ("Hva har erstattet rapporten?", QuestionKind.VALIDITY),
        ("Når ble planen vedtatt, og når ble den fornyet?", QuestionKind.VALIDITY),
        ("Hvem var rådmann da planen ble vedtatt?", QuestionKind.PLAIN),
        ("Hvorfor ble retningslinjene revidert i fjor?", QuestionKind.PLAIN),
        ("How large was the debt when the plan was adopted?", QuestionKind.PLAIN),
        ("How many councils had adopted the plan?", QuestionKind.PLAIN),
        ("Hva vil planen når det gjelder sommerjobber?", QuestionKind.PLAIN),
    ],
)
def test_the_wording_tells_the_kind(question, kind):
    assert kind_of(question) is kind


@given(st.text(max_size=200))
def test_any_text_has_a_kind(text):
    assert kind_of(text) in QuestionKind


@pytest.mark.timeout(5)
@pytest.mark.parametrize(
    "text", ["hvilke planer gjelder " * 500, "plan " * 20_000, "a" * 100_000, "er gyldig, " * 9_000]
)
def test_a_long_text_is_read_quickly(text):
    assert kind_of(text) in QuestionKind
