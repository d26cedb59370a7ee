import pytest


def test_one(ask, assert_verbatim):
    a = ask("Hvem må godkjenne innsamling av helseopplysninger?")
    assert_verbatim(a)
