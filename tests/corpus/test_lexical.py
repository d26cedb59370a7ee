from __future__ import annotations

import math
import random
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Mapping, Sequence
from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import lexical_writer
from corpus.errors import FingerprintError, NoIndexError
from corpus.lexical import MAX_QUERY_TERMS, LexicalIndex
from corpus.lexical_writer import LexicalWriter

PASSAGES = [["by", "plan", "by"], ["plan"], ["havn", "sjø", "båt", "fisk"], []]
QUESTIONS = [["skip"], [], ["skip", "by"], []]


def build(
    folder: Path,
    fields: Mapping[str, Sequence[Sequence[str]]],
    *,
    k1: float = 0.5,
    b: float = 0.5,
    fingerprint: str = "",
) -> LexicalIndex:
    writer = LexicalWriter(folder, list(fields))
    for terms in zip(*fields.values(), strict=True):
        writer.add(dict(zip(fields, terms, strict=True)))
    writer.finish(k1=k1, b=b, fingerprint=fingerprint)
    return LexicalIndex.load(folder)


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    return build(tmp_path / "fixture", {"passage": PASSAGES, "questions": QUESTIONS}, k1=0.9)


def test_a_score_is_idf_times_saturated_frequency(index: LexicalIndex) -> None:
    # by: df 1 of n 4, so idf = ln(1 + 3.5/1.5); tf 2, length 3, mean length 8/4 = 2:
    # 2 / (2 + 0.9 (0.5 + 0.5 * 3/2)) = 2 / 3.125
    expected = math.log(1 + 3.5 / 1.5) * 2 / 3.125
    scores = index.scores(["by"], {"passage": 1.0})
    assert scores.dtype == np.float32
    assert scores.tolist() == pytest.approx([expected, 0, 0, 0])


def test_idf_is_highest_for_a_term_that_is_nowhere(index: LexicalIndex) -> None:
    # plan: df 2 of 4: ln(1 + 2.5/2.5); nowhere: ln(1 + 4.5/0.5)
    assert index.idf("plan") == pytest.approx(math.log(2))
    assert index.idf("romskip") == pytest.approx(math.log(10))
    assert index.idf("skip", field="questions") == pytest.approx(math.log(2))


def test_fields_add_up_by_their_weights(index: LexicalIndex) -> None:
    passage = index.scores(["by"], {"passage": 1.0})
    questions = index.scores(["by"], {"questions": 1.0})
    assert index.scores(["by"], {"passage": 1.0, "questions": 0.5}) == pytest.approx(
        passage + 0.5 * questions
    )
    assert index.scores(["by"]) == pytest.approx(passage + questions)


def test_a_repeated_term_counts_as_a_weight(index: LexicalIndex) -> None:
    assert index.scores(["by", "by", "plan"]).tolist() == pytest.approx(
        index.scores({"by": 2.0, "plan": 1.0}).tolist()
    )


def test_coverage_is_the_score_over_the_querys_idf(index: LexicalIndex) -> None:
    score = index.scores(["by"], {"passage": 1.0})[0]
    both = index.idf("by") + index.idf("romskip")
    coverage = index.coverage(["by", "romskip"], {"passage": 1.0})
    assert coverage[0] == pytest.approx(score / both)
    assert coverage.max() < 1


def test_matched_share_asks_only_whether_a_term_is_there(index: LexicalIndex) -> None:
    by, skip = index.idf("by"), index.idf("skip")
    share = index.matched_share(["by", "skip"])
    assert share.tolist() == pytest.approx([1, 0, 1, 0])
    assert index.matched_share(["by", "skip"], ["passage"])[0] == pytest.approx(by / (by + skip))


@pytest.mark.parametrize("query", [[], {}, ["ukjent"]])
def test_a_query_that_matches_nothing_scores_zero_everywhere(
    index: LexicalIndex, query: list[str] | dict[str, float]
) -> None:
    assert not index.scores(query).any()
    assert not index.coverage(query).any()
    assert not index.matched_share(query).any()


def test_a_field_without_any_term_is_allowed(tmp_path: Path) -> None:
    index = build(tmp_path / "two", {"passage": PASSAGES, "questions": [[], [], [], []]})
    alone = build(tmp_path / "one", {"passage": PASSAGES})
    assert (index.scores(["by"]) == alone.scores(["by"])).all()
    assert index.scores(["by"], {"questions": 1.0}).tolist() == [0, 0, 0, 0]


def test_an_index_without_passages_has_no_scores(tmp_path: Path) -> None:
    index = build(tmp_path / "lexical", {"passage": []})
    assert len(index) == 0
    assert index.scores(["by"]).shape == (0,)


def test_an_index_says_what_it_was_made_with(index: LexicalIndex) -> None:
    assert index.field_names == ("passage", "questions")
    assert (index.k1, index.b, len(index)) == (0.9, 0.5, 4)


def test_writing_replaces_what_was_there_and_leaves_no_spilled_pairs(tmp_path: Path) -> None:
    build(tmp_path / "lexical", {"passage": PASSAGES, "questions": QUESTIONS})
    assert build(tmp_path / "lexical", {"passage": [["ny"]]}).field_names == ("passage",)
    assert {path.name for path in (tmp_path / "lexical").iterdir()} == {"field-0", "lexical.json"}


def test_an_index_of_another_analysis_is_refused(tmp_path: Path) -> None:
    build(tmp_path / "lexical", {"passage": PASSAGES}, fingerprint="one")
    assert LexicalIndex.load(tmp_path / "lexical", fingerprint="one").fingerprint == "one"
    with pytest.raises(FingerprintError, match="--rebuild"):
        LexicalIndex.load(tmp_path / "lexical", fingerprint="two")


def test_a_missing_index_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NoIndexError, match="stifinner ingest"):
        LexicalIndex.load(tmp_path)
    build(tmp_path / "lexical", {"passage": PASSAGES})
    (tmp_path / "lexical" / "field-0" / "scores.npy").unlink()
    with pytest.raises(NoIndexError, match="--rebuild"):
        LexicalIndex.load(tmp_path / "lexical")


def test_an_index_needs_fields_and_passages_only_name_those(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one field"):
        LexicalWriter(tmp_path / "none", ())
    writer = LexicalWriter(tmp_path / "one", ("passage",))
    with pytest.raises(ValueError, match="no field tittel"):
        writer.add({"tittel": ["a"]})
    writer.close()


@pytest.mark.parametrize(("k1", "b"), [(-1.0, 0.5), (0.9, 1.5)])
def test_parameters_out_of_bounds_are_refused(tmp_path: Path, k1: float, b: float) -> None:
    writer = LexicalWriter(tmp_path / "lexical", ("passage",))
    with pytest.raises(ValueError, match="k1 must be"):
        writer.finish(k1=k1, b=b)
    writer.close()


def test_an_unknown_field_is_refused(index: LexicalIndex) -> None:
    with pytest.raises(ValueError, match="no field 'tittel'"):
        index.scores(["by"], {"tittel": 1.0})


def test_two_processes_build_the_same_files(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from corpus.lexical_writer import LexicalWriter; "
        "writer = LexicalWriter(pathlib.Path(sys.argv[1]), ['passage']); "
        "writer.add({'passage': ['by', 'plan', 'havn', 'sjø']}); "
        "writer.add({'passage': ['plan', 'båt']}); writer.finish()"
    )
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / seed)],
            check=True,
            cwd=Path(__file__).parents[2],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        )
    first, second = (
        {
            path.relative_to(tmp_path / seed): path.read_bytes()
            for path in (tmp_path / seed).rglob("*")
            if path.is_file()
        }
        for seed in ("1", "2")
    )
    assert first == second


def test_a_query_of_thousands_of_terms_keeps_the_rarest_and_is_quick(tmp_path: Path) -> None:
    passages = [[f"t{(start * 7 + n) % 5000}" for n in range(500)] for start in range(1_000)]
    index = build(tmp_path / "lexical", {"passage": passages})
    query = [f"t{n}" for n in range(4_000)] + ["ukjent"]
    start = time.process_time()
    scores = index.scores(query)
    index.coverage(query)
    assert time.process_time() - start < 0.3
    assert scores.any()
    assert len(index._terms(query)) == MAX_QUERY_TERMS
    assert "ukjent" not in index._terms(query)


terms = st.lists(st.sampled_from("abcdefgh"), max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(terms, min_size=1, max_size=8), terms)
def test_scores_equal_the_formula_written_out(passages: list[list[str]], query: list[str]) -> None:
    k1, b, count = 0.7, 0.3, len(passages)
    mean = sum(map(len, passages)) / count
    expected = [
        sum(
            math.log(1 + (count - df + 0.5) / (df + 0.5))
            * passage.count(term)
            / (passage.count(term) + k1 * (1 - b + b * len(passage) / mean))
            for term in query
            if (df := sum(term in other for other in passages)) and term in passage
        )
        for passage in passages
    ]
    with tempfile.TemporaryDirectory() as folder:
        scores = build(Path(folder) / "lexical", {"passage": passages}, k1=k1, b=b).scores(query)
    assert scores.tolist() == pytest.approx(expected, rel=1e-5, abs=1e-6)


def zipf_passages(count: int, *, words: int, length: int) -> list[list[str]]:
    rng = random.Random(3)
    vocabulary = [f"ord{n}" for n in range(words)]
    weights = [1 / (n + 1) for n in range(words)]
    return [rng.choices(vocabulary, weights, k=rng.randint(0, length)) for _ in range(count)]


@pytest.mark.parametrize("block", [1, 7, 1 << 18])
def test_scores_equal_those_of_bm25s_to_the_last_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(lexical_writer, "_BLOCK", block)
    monkeypatch.setattr(lexical_writer, "_SPILL", 5)
    passages = zipf_passages(60, words=90, length=80)
    build(tmp_path / "lexical", {"passage": passages, "other": [[] for _ in passages]}, k1=0.7)
    peer = bm25s.BM25(k1=0.7, b=0.5, method="lucene", backend="numpy", csc_backend="numpy")
    vocabulary = {t: n for n, t in enumerate(sorted({t for terms in passages for t in terms}))}
    ids = [[vocabulary[term] for term in terms] for terms in passages]
    peer.index((ids, vocabulary), show_progress=False, create_empty_token=False)
    field = tmp_path / "lexical" / "field-0"
    assert (np.load(field / "scores.npy") == peer.scores["data"]).all()
    assert (np.load(field / "passages.npy") == peer.scores["indices"]).all()
    assert (np.load(field / "columns.npy") == peer.scores["indptr"]).all()
    assert np.load(field / "terms.npy").tobytes().decode() == "".join(vocabulary)


def test_writing_holds_the_vocabulary_and_not_the_passages_terms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexical_writer, "_BLOCK", 1 << 12)
    monkeypatch.setattr(lexical_writer, "_SPILL", 1 << 12)
    peaks = []
    for count in (500, 2500):
        writer = LexicalWriter(tmp_path / str(count), ("passage",))
        tracemalloc.start()
        for start in range(count):
            writer.add({"passage": [f"t{(start * 7 + n) % 3000}" for n in range(300)]})
        writer.finish()
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # 300 terms at four bytes would be 1,200 bytes a passage; held are 8, 16 while scores are made.
    assert (peaks[1] - peaks[0]) / 2000 < 120, peaks
