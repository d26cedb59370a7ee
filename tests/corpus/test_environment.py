"""What an entry point sets before it loads anything."""

import gc

import pytest

from corpus.environment import loading


@pytest.fixture
def unfrozen():
    yield
    gc.unfreeze()


def test_nothing_is_collected_while_loading_and_all_that_is_loaded_is_passed_over(unfrozen):
    before = gc.get_freeze_count()
    with loading():
        assert not gc.isenabled()
        loaded = [[] for _ in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(loaded)


def test_a_failed_load_leaves_collection_as_it_was(unfrozen):
    gc.disable()
    try:
        with pytest.raises(ValueError, match="no index"), loading():
            raise ValueError("no index")
        assert not gc.isenabled()
    finally:
        gc.enable()
