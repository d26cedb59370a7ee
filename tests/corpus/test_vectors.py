from pathlib import Path

import numpy as np
import pytest

from corpus.errors import IndexUnavailableError, SettingsError
from corpus.register import UnitKind
from corpus.vectors import (
    KINDS,
    ChromaWriter,
    DenseIndex,
    UnitScores,
    collection_names,
    connect,
    copy_embedded,
)

KIND_ROW = [UnitKind.PASSAGE, UnitKind.SENTENCE, UnitKind.SENTENCE, UnitKind.QUESTION]
# Four unit vectors in the plane of the first two axes, at 0°, 30°, 60° and 90°.
ANGLES = np.deg2rad([0, 30, 60, 90])


def vectors(angles=ANGLES):
    rows = np.zeros((len(angles), 3), dtype=np.float32)
    rows[:, 0], rows[:, 1] = np.cos(angles), np.sin(angles)
    return rows


TEXTS, QUESTIONS = collection_names("s", None)


def write(folder: Path, names: tuple[str, str] = (TEXTS, QUESTIONS)) -> ChromaWriter:
    """Three texts and a question; the writer of the texts."""
    client = connect(folder, None)
    texts, questions = (ChromaWriter(client, name) for name in names)
    for writer, rows in ((texts, [0, 1, 2]), (questions, [3])):
        writer.add(
            [f"u{n}" for n in rows],
            [f"text {n}" for n in rows],
            [{"kind": KIND_ROW[n].value, "document_id": "a" if n < 2 else "b"} for n in rows],
            vectors()[rows],
        )
    return texts


@pytest.fixture
def dense(tmp_path):
    """Two passages: units 0–1 and 2–3."""
    write(tmp_path)
    np.save(tmp_path / "vectors.npy", vectors())
    np.save(tmp_path / "offsets.npy", np.asarray([0, 2, 4]))
    np.save(tmp_path / "kinds.npy", np.asarray([KINDS.index(k) for k in KIND_ROW], dtype=np.uint8))
    return DenseIndex(tmp_path, "s", None)


def test_the_nearest_units_come_best_first_and_of_the_kinds_asked(dense):
    (query,) = vectors(np.deg2rad([10]))
    kinds = [UnitKind.PASSAGE, UnitKind.SENTENCE]
    assert dense.nearest(query, 10, kinds) == ["u0", "u1", "u2"]
    assert dense.nearest(query, 1, kinds) == ["u0"]
    assert dense.nearest(query, 10, [UnitKind.QUESTION]) == ["u3"]
    assert dense.nearest(query, 10, [UnitKind.SENTENCE]) == ["u1", "u2"]
    assert dense.nearest(query, 10, [UnitKind.WINDOW]) == []


def test_texts_and_questions_asked_for_together_come_in_one_order(dense):
    (query,) = vectors(np.deg2rad([80]))
    assert dense.nearest(query, 10, KINDS) == ["u3", "u2", "u1", "u0"]
    assert dense.nearest(query, 2, KINDS) == ["u3", "u2"]


def test_a_document_filter_leaves_out_the_others(dense):
    (query,) = vectors(np.deg2rad([10]))
    assert dense.nearest(query, 10, list(UnitKind), ["b"]) == ["u2", "u3"]
    assert dense.nearest(query, 10, list(UnitKind), ["c"]) == []


def test_scores_are_the_exact_cosines_of_a_passages_units(dense):
    (query,) = vectors(np.deg2rad([0]))
    first, second = dense.score(query, [0, 1])
    assert first.cosines == pytest.approx([1.0, np.cos(np.pi / 6)], abs=1e-6)
    assert second.cosines == pytest.approx([0.5, 0.0], abs=1e-6)
    assert (second.first, list(dense.unit_rows(1))) == (2, [2, 3])


def test_the_best_of_a_kind_is_none_where_there_is_none(dense):
    (query,) = vectors(np.deg2rad([0]))
    first, second = dense.score(query, [0, 1])
    assert first.best(UnitKind.QUESTION) is None
    assert second.best(UnitKind.SENTENCE) == pytest.approx(0.5, abs=1e-6)


def test_units_of_a_kind_are_ranked_by_cosine_with_their_rows():
    sentence = KINDS.index(UnitKind.SENTENCE)
    scores = UnitScores(
        first=10,
        kinds=np.asarray([sentence, 0, sentence], dtype=np.uint8),
        cosines=np.asarray([0.2, 0.9, 0.4], dtype=np.float32),
    )
    assert [row for row, _ in scores.ranked(UnitKind.SENTENCE)] == [12, 10]


def test_a_sample_holds_units_of_one_kind_spread_over_the_corpus(dense):
    assert dense.sample(10, UnitKind.PASSAGE).tolist() == [pytest.approx([1, 0, 0])]
    assert len(dense.sample(10, UnitKind.SENTENCE)) == 2
    assert len(dense.sample(1, UnitKind.SENTENCE)) == 1
    assert dense.sample(10, UnitKind.WINDOW).shape == (0, 3)


def test_a_writer_counts_what_it_writes_and_removes(tmp_path):
    writer = write(tmp_path)
    writer.remove(["u0", "u2"])
    assert writer.existing_ids() == {"u1"}
    assert writer.written == 5


def test_a_snapshot_begins_as_a_copy_that_leaves_the_former_alone(tmp_path):
    first, second = tmp_path / "1", tmp_path / "2"
    first.mkdir()
    second.mkdir()
    assert not copy_embedded(first, second)
    write(first)
    assert copy_embedded(first, second)
    ChromaWriter(connect(second, None), TEXTS).remove(["u0"])
    assert ChromaWriter(connect(first, None), TEXTS).existing_ids() == {"u0", "u1", "u2"}
    assert ChromaWriter(connect(first, None), QUESTIONS).existing_ids() == {"u3"}


def test_a_snapshot_whose_vectors_are_elsewhere_says_so(dense, tmp_path):
    (tmp_path / "chroma").rename(tmp_path / "moved")
    with pytest.raises(IndexUnavailableError, match="STIFINNER_CHROMA_URL"):
        DenseIndex(tmp_path, "s", None)


def test_a_database_without_our_collection_says_what_to_do(tmp_path):
    write(tmp_path, names=(TEXTS, "another-collection"))
    np.save(tmp_path / "vectors.npy", vectors())
    for name in ("offsets", "kinds"):
        np.save(tmp_path / f"{name}.npy", np.zeros(1, dtype=np.uint8))
    with pytest.raises(IndexUnavailableError, match="--rebuild"):
        DenseIndex(tmp_path, "s", None)


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://localhost", "http://"])
def test_a_wrong_server_url_is_refused(tmp_path, url):
    with pytest.raises(SettingsError, match="http://host:port"):
        connect(tmp_path, url)


def test_a_server_that_is_not_there_is_told(tmp_path, free_port):
    with pytest.raises(IndexUnavailableError, match="does not answer"):
        connect(tmp_path, f"http://127.0.0.1:{free_port}")
