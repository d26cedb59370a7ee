import itertools

import pytest

from assistant.document_names import DocumentNames
from corpus.records import DocumentKind


@pytest.fixture
def names(make_info):
    return DocumentNames(
        [
            make_info("veikart", title="Veikart for helse i byen", publisher="SINTEF for kommunen",
                      kind=DocumentKind.REPORT),
            make_info("plan", title="Forslag til strategisk næringsplan", publisher="Regionen",
                      kind=DocumentKind.STRATEGY),
            make_info("fou", title="Forskning, utvikling og innovasjon", publisher="Kommunen",
                      kind=DocumentKind.WEB_PAGE),
            make_info("smart", title="Smart City solution", publisher="Kommunen",
                      kind=DocumentKind.WEB_PAGE),
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("question", "language", "mentions"),
    [
        ("Hva sier næringsplanen om havn?", "nb", [("plan", "næringsplanen")]),
        ("Kva står i helseveikartet?", "nn", [("veikart", "helseveikartet")]),
        ("What does the business plan say?", "en", [("plan", "business plan")]),
        ("What does the roadmap want?", "en", [("veikart", "roadmap")]),
        ("Hva står på FoU-siden?", "nb", [("fou", "FoU-siden")]),
        ("What is on the R&D page?", "en", [("fou", "R&D page")]),
        ("What is on the Smart City page?", "en", [("smart", "City page")]),
        ("Hva sier rapporten?", "nb", [("veikart", "rapporten")]),
        ("Hva anbefaler SINTEF?", "nb", [("veikart", "anbefaler SINTEF")]),
        ("Hvem samarbeider SINTEF med?", "nb", []),
        ("Hva er på den andre siden av elva?", "nb", []),
        ("Hva gjør byen for helse?", "nb", []),
        ("", "nb", []),
    ],
)
def test_names_are_found_where_they_stand(names, question, language, mentions):
    found = names.mentions(question, language)
    assert [(one.document_id, question[one.start : one.end]) for one in found] == mentions


def test_mentions_stand_in_order_and_apart(names):
    question = "Sammenlign veikartet, næringsplanen og smart city-siden"
    found = names.mentions(question, "nb")
    assert [one.document_id for one in found] == ["veikart", "plan", "smart"]
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))
