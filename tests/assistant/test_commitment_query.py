import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cli import commitments
from assistant.commitment_query import (
    CommitmentQuery,
    command_line,
    deadline_years,
    describe,
    goal_of,
    select,
)
from corpus.records import Modality


@pytest.fixture
def rows(make_commitment):
    """Three rows of a table, and one sentence of running text."""
    return [
        make_commitment(
            "Etablere en strategi",
            id="a",
            goal="1. Mål: Regionen skal vokse",
            strategy_no="1.1",
            strategy="Koble næringsliv og skole",
            indicator="Antall avtaler",
            responsible=("Trondheimsregionen",),
            responsible_names=("Trondheimsregionen",),
            partners=("NTNU", "HiST/HiNT"),
            partner_names=("NTNU", "HiST", "HiNT"),
            when="2010",
            due=("2010",),
        ),
        make_commitment(
            "Måle aktiviteten",
            id="b",
            goal="1. Mål: Regionen skal vokse",
            strategy_no="1.10",
            responsible=("STFK/NTFK",),
            responsible_names=("STFK", "NTFK"),
            when="2010–2012",
            due=("2010-2012",),
            modality=Modality.MUST,
        ),
        make_commitment("Delta på møter", id="c", when="Årlig", due=("yearly",)),
        make_commitment("Kommunen skal vokse", id="d", source_kind="sentence"),
    ]


def chosen(rows, **fields):
    return "".join(row.id for row in select(rows, CommitmentQuery(**fields)))


def test_an_open_query_gives_all_but_sentences_of_running_text(rows):
    assert chosen(rows) == "abc"
    assert chosen(rows, weak=True) == "abcd"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"goal": "1"}, "ab"),
        ({"goal": " 1 "}, "ab"),
        ({"goal": "regionen skal"}, "ab"),
        ({"goal": "10"}, ""),
        ({"strategy": "1.1"}, "a"),
        ({"strategy": "1.1."}, "a"),
        ({"strategy": "1.10"}, "b"),
        ({"responsible": "trondheimsregionen"}, "a"),
        ({"responsible": "NTFK"}, "b"),
        ({"responsible": "Nord-Trøndelag fylkeskommune"}, "b"),
        ({"responsible": "NTNU"}, ""),
        ({"partner": "ntnu"}, "a"),
        ({"partner": "HiNT"}, "a"),
        ({"actor": "NTNU"}, "a"),
        ({"due": "2010"}, "ab"),
        ({"due": "2011"}, "b"),
        ({"due": "2013"}, ""),
        ({"due": "yearly"}, "c"),
        ({"due": "årlig"}, "c"),
        ({"text": "STRATEGI etablere"}, "a"),
        ({"text": "avtaler"}, "a"),
        ({"text": "næringsliv møter"}, ""),
        ({"modality": "must"}, "b"),
        ({"documents": ("plan",)}, "abc"),
        ({"documents": ("annen",)}, ""),
    ],
)
def test_each_field_chooses_its_rows(rows, fields, expected):
    assert chosen(rows, **fields) == expected


def test_a_word_for_a_kind_of_bodies_finds_all_of_them_unless_it_is_printed(rows, make_commitment):
    assert chosen(rows, responsible="fylkeskommunene") == "b"
    assert chosen(rows, partner="Universitetene") == "a"
    assert chosen(rows, partner="høgskolene") == "a"
    assert chosen(rows, partner="fylkeskommunene") == ""
    printed = make_commitment(id="e", responsible=("Fylkeskommunene",))
    assert chosen([*rows, printed], responsible="fylkeskommunene") == "e"


@pytest.mark.parametrize(
    ("due", "years"),
    [
        (("2012",), [2012]),
        (("2010-2013",), [2013]),
        (("2010-06-30", "yearly"), [2010]),
        (("yearly", "continuous"), []),
        ((), []),
    ],
)
def test_the_years_of_a_deadline_leave_out_what_recurs(due, years, make_commitment):
    assert deadline_years(make_commitment(due=due)) == years


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"documents": ("naeringsplan", "samfunnsdel"), "goal": "hovedmål 3"},
        {"responsible": "St. Olavs hospital", "due": "2012", "weak": True},
        {"actor": "NTNU", "strategy": "4.1", "text": "\"sju\" & 'åtte'", "modality": "must"},
    ],
)
def test_a_query_is_told_as_the_command_that_gives_the_same_rows(fields):
    program, command, *arguments = shlex.split(command_line(CommitmentQuery(**fields)))
    assert (program, command) == ("stifinner", "commitments")
    options = commitments.make_context(command, arguments).params
    given = {name: value for name, value in options.items() if name in fields}
    assert given == fields
    for name in ("goal", "strategy", "responsible", "partner", "actor", "due", "text", "modality"):
        assert options[name] == fields.get(name)


def test_all_fields_given_must_hold(rows):
    fields = {
        "documents": ("plan",),
        "goal": "1",
        "strategy": "1.1",
        "responsible": "Trondheimsregionen",
        "partner": "NTNU",
        "due": "2010",
        "text": "strategi",
        "modality": "will",
    }
    assert chosen(rows, **fields) == "a"
    for name, other in {
        "goal": "2", "strategy": "1.2", "responsible": "NTNU", "partner": "SINTEF",
        "due": "2030", "text": "badebasseng", "modality": "must", "documents": ("x",),
    }.items():  # fmt: skip
        assert chosen(rows, **{**fields, name: other}) == "", name


def test_a_goal_without_a_number_takes_that_of_its_strategy(make_commitment):
    assert goal_of(make_commitment(strategy_no="4.2")) == "4"
    assert goal_of(make_commitment(goal="Hovedmål 3: Vekst", strategy_no="4.2")) == "3"
    assert goal_of(make_commitment()) is None


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "goal": st.sampled_from(["1", "2"]),
            "partner": st.sampled_from(["NTNU", "SINTEF"]),
            "due": st.sampled_from(["2010", "2011", "yearly"]),
            "text": st.sampled_from(["strategi", "møter"]),
        },
    )
)
def test_each_field_only_takes_rows_away(fields):
    from corpus.records import Commitment, DocumentId

    made = [
        Commitment(
            id=str(n), document_id=DocumentId("p"), goal=goal, strategy_no=None, strategy=None,
            measure=measure, indicator=None, responsible=(), partners=(partner,), when=None,
            page=None, quote=measure, start=0, end=1, passage_id=None, source_kind="goal table",
            modality=Modality.WILL, due=(due,),
        )
        for n, (goal, measure, partner, due) in enumerate(
            [("1. Mål", "strategi", "NTNU", "2010"), ("2. Mål", "møter", "SINTEF", "yearly")]
        )
    ]  # fmt: skip
    narrow = select(made, CommitmentQuery(**fields))
    for name in fields:
        wider = select(made, CommitmentQuery(**{k: v for k, v in fields.items() if k != name}))
        assert set(row.id for row in narrow) <= set(row.id for row in wider)


def test_a_filter_is_told_in_the_readers_language():
    query = CommitmentQuery(partner="NTNU", due="2011")
    assert describe(query, english=True) == "Filter: partner = NTNU; deadline = 2011" or (
        describe(query, english=True) == "Filter: partner = NTNU; due = 2011"
    )
    assert describe(query, english=False) == "Filter: samarbeidspartner = NTNU; frist = 2011"


def test_only_fields_make_a_query_more_than_open():
    assert CommitmentQuery(documents=("a",), weak=True).is_open
    assert not CommitmentQuery(due="2011").is_open
