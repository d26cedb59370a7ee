from __future__ import annotations

import math
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import FingerprintError, NoIndexError
from corpus.lexical import MAX_QUERY_TERMS, LexicalIndex

PASSAGES = [["by", "plan", "by"], ["plan"], ["havn", "sjø", "båt", "fisk"], []]
QUESTIONS = [["skip"], [], ["skip", "by"], []]


@pytest.fixture
def index() -> LexicalIndex:
    return LexicalIndex.build({"passage": PASSAGES, "questions": QUESTIONS}, k1=0.9, b=0.5)


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
    index = LexicalIndex.build({"passage": PASSAGES, "questions": [[], [], [], []]})
    index.save(tmp_path / "lexical")
    loaded = LexicalIndex.load(tmp_path / "lexical")
    assert (loaded.scores(["by"]) == index.scores(["by"])).all()
    assert loaded.scores(["by"], {"questions": 1.0}).tolist() == [0, 0, 0, 0]


def test_an_index_without_passages_has_no_scores(tmp_path: Path) -> None:
    index = LexicalIndex.build({"passage": []})
    index.save(tmp_path / "lexical")
    assert len(LexicalIndex.load(tmp_path / "lexical")) == 0
    assert index.scores(["by"]).shape == (0,)


def test_a_loaded_index_scores_as_the_built_one(index: LexicalIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "lexical")
    loaded = LexicalIndex.load(tmp_path / "lexical")
    assert loaded.field_names == ("passage", "questions")
    assert (loaded.k1, loaded.b, len(loaded)) == (0.9, 0.5, 4)
    for query in (["by", "plan"], ["skip"], ["båt", "ukjent"]):
        assert (loaded.scores(query) == index.scores(query)).all()


def test_saving_replaces_what_was_there(index: LexicalIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "lexical")
    LexicalIndex.build({"passage": [["ny"]]}).save(tmp_path / "lexical")
    assert LexicalIndex.load(tmp_path / "lexical").field_names == ("passage",)


def test_an_index_of_another_analysis_is_refused(tmp_path: Path) -> None:
    LexicalIndex.build({"passage": PASSAGES}, fingerprint="one").save(tmp_path / "lexical")
    assert LexicalIndex.load(tmp_path / "lexical", fingerprint="one").fingerprint == "one"
    with pytest.raises(FingerprintError, match="--rebuild"):
        LexicalIndex.load(tmp_path / "lexical", fingerprint="two")


def test_a_missing_index_says_how_to_make_one(index: LexicalIndex, tmp_path: Path) -> None:
    with pytest.raises(NoIndexError, match="stifinner ingest"):
        LexicalIndex.load(tmp_path)
    index.save(tmp_path / "lexical")
    next((tmp_path / "lexical" / "field-0").glob("data*")).unlink()
    with pytest.raises(NoIndexError, match="--rebuild"):
        LexicalIndex.load(tmp_path / "lexical")


def test_fields_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="equally long"):
        LexicalIndex.build({"passage": [["a"]], "questions": []})
    with pytest.raises(ValueError, match="equally long"):
        LexicalIndex.build({})


@pytest.mark.parametrize(("k1", "b"), [(-1.0, 0.5), (0.9, 1.5)])
def test_parameters_out_of_bounds_are_refused(k1: float, b: float) -> None:
    with pytest.raises(ValueError, match="k1 must be"):
        LexicalIndex.build({"passage": [["a"]]}, k1=k1, b=b)


def test_an_unknown_field_is_refused(index: LexicalIndex) -> None:
    with pytest.raises(ValueError, match="no field 'tittel'"):
        index.scores(["by"], {"tittel": 1.0})


def test_two_processes_build_the_same_files(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from corpus.lexical import LexicalIndex; "
        "LexicalIndex.build({'passage': [['by', 'plan', 'havn', 'sjø'], ['plan', 'båt']]})"
        ".save(pathlib.Path(sys.argv[1]))"
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


def test_a_query_of_thousands_of_terms_keeps_the_rarest_and_is_quick() -> None:
    passages = [[f"t{(start * 7 + n) % 5000}" for n in range(500)] for start in range(1_000)]
    index = LexicalIndex.build({"passage": passages})
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
    scores = LexicalIndex.build({"passage": passages}, k1=k1, b=b).scores(query)
    assert scores.tolist() == pytest.approx(expected, rel=1e-5, abs=1e-6)
