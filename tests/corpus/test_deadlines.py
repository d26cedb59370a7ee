"""Printed deadlines and their meanings, worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.deadlines import is_deadline, machine_readable


@pytest.mark.parametrize(
    ("printed", "meaning"),
    [
        ("2012", ("2012",)),
        ("Årlig", ("yearly",)),
        ("Månedlig", ("monthly",)),
        ("2010 og løpende", ("2010", "continuous")),
        ("Innen våren 2010", ("2010",)),
        ("2010 2013", ("2010", "2013")),
        ("2010 Årlig", ("2010", "yearly")),
        ("2010-2012", ("2010-2012",)),
        ("2013/14", ("2013-2014",)),
        ("fra 2010 til 2012", ("2010-2012",)),
        ("innen 30.06.2011", ("2011-06-30",)),
        ("1. halvår 2011", ("2011",)),
        ("Løpende", ("continuous",)),
    ],
)
def test_a_deadline_is_recognised_and_read(printed, meaning):
    assert is_deadline(printed)
    assert machine_readable(printed) == meaning


@pytest.mark.parametrize("text", ["NAT", "--", "", "Planen 2010", "Vedtak i 2013", "mai"])
def test_other_text_is_no_deadline(text):
    assert not is_deadline(text)


@given(st.text(max_size=40))
def test_reading_never_fails_and_gives_each_meaning_once(text):
    meanings = machine_readable(text)
    assert len(set(meanings)) == len(meanings)
    assert meanings or not is_deadline(text)
