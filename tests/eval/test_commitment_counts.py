"""Counts by column from the command line, against counts made by hand from the gold rows."""

import json
from collections import Counter
from pathlib import Path

import pytest

from corpus.deadlines import machine_readable
from corpus.names import normalise
from eval.commitment_gold import load_gold

GOLD = sorted((Path(__file__).parents[2] / "eval" / "commitments").glob("*.jsonl"))


@pytest.fixture(scope="module")
def gold():
    return load_gold(GOLD)


@pytest.fixture(scope="module")
def counted(bundled):
    """`--group-by` of the plans that the gold was read from, as a table of numbers."""

    def count(grouping, *options):
        documents = [part for path in GOLD for part in ("--document", path.stem)]
        done = bundled(
            *("commitments", *documents, "--group-by", grouping, "--format", "json", *options)
        )
        assert done.status == 0, done.err
        return {row["value"]: row["count"] for row in json.loads(done.out)}

    return count


def counts_of(gold, values):
    return Counter(value for row in gold for value in dict.fromkeys(values(row)) or ("–",))


def names(printed):
    """Each actor of a cell on its own: "HiST/HiNT" are two."""
    return [normalise(part) for name in printed for part in name.split("/")]


def test_deadlines_are_counted_as_in_the_gold(counted, gold):
    expected = counts_of(gold, lambda row: machine_readable(row.when or ""))
    assert counted("when") == expected


@pytest.mark.parametrize(
    "name", ["Trondheimsregionen", "Kommunene", "STFK", "NTNU", "Innovasjon Norge"]
)
def test_the_responsible_are_counted_as_in_the_gold(counted, gold, name):
    expected = counts_of(gold, lambda row: names(row.responsible))
    assert counted("responsible")[name] == expected[name]


@pytest.mark.parametrize("name", ["NAT", "NHO", "NTNU", "HiST", "HiNT", "SINTEF", "Avinor"])
def test_partners_are_counted_as_in_the_gold(counted, gold, name):
    expected = counts_of(gold, lambda row: names(row.partners))
    assert counted("partner")[name] == expected[name]


def test_goals_are_counted_as_in_the_gold(counted, gold):
    for value, count in counted("goal").items():
        if value == "–":
            continue
        document, goal = value.split(": ", 1)
        number = next(
            part for part in goal.replace(":", ".").replace(" ", ".").split(".") if part.isdigit()
        )
        own = [row for row in gold if (row.document_id, row.goal) == (document, number)]
        assert count == len(own), value


def test_the_number_of_rows_is_that_of_the_gold(bundled, gold):
    documents = [part for path in GOLD for part in ("--document", path.stem)]
    assert bundled("commitments", *documents, "--count").out == f"{len(gold)}\n"
