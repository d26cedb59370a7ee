import threading

import pytest

from corpus.errors import SettingsError
from corpus.feedback import FeedbackStore, Verdict


def test_nothing_is_written_before_anything_is_sent(tmp_path):
    store = FeedbackStore(tmp_path / "home" / "user.sqlite")
    assert store.all() == []
    assert not (tmp_path / "home").exists()


def test_feedback_comes_back_as_it_was_sent_oldest_first(tmp_path):
    store = FeedbackStore(tmp_path / "user.sqlite")
    store.add("Når?", '{"answer": "2012"}', Verdict.HELPFUL)
    store.add("Og så?", "{}", Verdict.UNHELPFUL, " Mangler fristen æøå\n", ["Når?"])
    first, second = FeedbackStore(tmp_path / "user.sqlite").all()
    assert (first.id, first.question, first.answer) == (1, "Når?", '{"answer": "2012"}')
    assert (first.verdict, first.comment, first.history) == (Verdict.HELPFUL, "", ())
    assert (second.verdict, second.comment) == (Verdict.UNHELPFUL, "Mangler fristen æøå")
    assert second.history == ("Når?",)
    assert first.created.tzinfo is not None
    assert first.created <= second.created


def test_several_writers_lose_nothing(tmp_path):
    path = tmp_path / "user.sqlite"

    def write(name):
        for number in range(5):
            FeedbackStore(path).add(f"{name}-{number}", "{}", Verdict.HELPFUL)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({each.question for each in FeedbackStore(path).all()}) == 20


def test_a_file_that_is_no_database_is_told_of_and_left_alone(tmp_path):
    path = tmp_path / "user.sqlite"
    path.write_text("not a database, but somebody's" * 100)
    before = path.read_bytes()
    with pytest.raises(SettingsError, match="Cannot read"):
        FeedbackStore(path).all()
    with pytest.raises(SettingsError, match="Cannot write"):
        FeedbackStore(path).add("Når?", "{}", Verdict.HELPFUL)
    assert path.read_bytes() == before
