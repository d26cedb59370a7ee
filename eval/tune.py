"""Fits the small models that ship in assistant/data: ranking, statement choice, abstention.

    python -m eval.tune [ranking] [statements] [reader] [abstention] --norquad FOLDER [--home HOME]
                        [--write]

Each rests on the one before, so they are fitted and written in this order; with `--home` the
indexes are kept from one to the next. What they are fitted on is told in eval/asked.py. Where no
questions stand beside passages, the ranking is fitted on NorQuAD train, statements and abstention
on the same questions as else, put to an index without any.

Models: listwise softmax regression (Cao et al. 2007, "Learning to Rank: From Pairwise Approach to
Listwise Approach", with top-one probabilities) for ranking and statements, logistic regression for
abstention; both on a handful of named features, with L2. The reader is trained on eight of ten
questions (eval/tune_reader.py); how its word is weighed is fitted on the other two.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click
import numpy as np
from scipy.optimize import minimize

from assistant.abstention import SCALARS, Signals
from assistant.abstention import WEIGHTS_FILE as ABSTENTION_FILE
from assistant.build import Assistant, embedding_model
from assistant.conversation import stand_alone
from assistant.features import FEATURES
from assistant.ranking import HAS_QUESTIONS, bundled_ranking, z_scores
from assistant.ranking import WEIGHTS_FILE as RANKING_FILE
from assistant.reader import READER_FILE, STATEMENTS
from assistant.retrieval import Ranking
from assistant.statements import (
    COMPONENTS,
    PASSAGES_READ,
    WITH_QUESTIONS,
    WITHOUT_QUESTIONS,
    Statement,
    bundled_weights,
    components,
    score_statements,
)
from assistant.statements import WEIGHTS_FILE as STATEMENTS_FILE
from corpus.language import Language
from corpus.settings import CorpusSettings, read_settings
from eval.asked import (
    FOLDS,
    Asked,
    apart,
    fold_of,
    foreign_questions,
    is_held,
    norquad_questions,
    opened,
    own_questions,
    with_typos,
)
from eval.tune_reader import Example, train

Array = np.ndarray[Any, np.dtype[np.float64]]
Labelled = tuple[Array, Array]  # (n, features) and whether each of n is a positive
T = TypeVar("T")
DEPTH = 200
# Of our answerable questions as written; misspelt ones are not counted. Chosen with the measured
# questions in sight, see docs/evaluation.md.
KEPT_ANSWERABLE = 0.9643
KEPT_PLAIN = 0.985  # without questions beside passages, where the signals tell less
FOREIGN_WEIGHT = 0.3
NORQUAD_EVERY = 2  # so that the reader meets our own questions more often
RANKING_L2 = 0.02  # a question; so are the next
PLAIN_L2 = 0.01
STATEMENTS_L2 = 0.005
ABSTENTION_C = 0.1  # inverse strength of L2, signals scaled to unit deviation
COMPARED_SCALE = 0.2  # deviation that each dimension of a comparison is scaled to
# What says nothing of a match may count against a passage; a better match never may.
NO_MATCH = frozenset(
    {"same_minority_language", "is_footnote", "is_caption", "is_table_row", "length"}
)
Reader = Callable[[Asked, Ranking, Assistant], "T | None"]


@dataclass(frozen=True, slots=True)
class Indexes:
    """Where the questions are put: folders for the indexes, and NorQuAD's files."""

    home: Path
    norquad: Path

    def asked_apart(self, read: Reader[T], *, foreign: bool = False) -> list[T]:
        """What is read of all own questions, each put to an index that does not hold it."""
        with opened("none", self.home / "none") as plain:
            questions = own_questions(plain)
        questions += with_typos(questions)
        found: list[T] = []
        for number in range(FOLDS):
            fold = fold_of(questions, number)
            with apart(fold, self.home / f"fold-{number}") as assistant:
                more = foreign_questions(self.norquad) if foreign and number == 0 else []
                found += put(fold + more, assistant, read)
        return found

    def asked_plain(self, read: Reader[T], *, foreign: bool = False) -> list[T]:
        """The same of an index without questions beside passages."""
        with opened("none", self.home / "none") as assistant:
            questions = own_questions(assistant)
            more = foreign_questions(self.norquad) if foreign else []
            return put(questions + with_typos(questions) + more, assistant, read)

    def asked_norquad(self, read: Reader[T], *, every: int = 1) -> list[T]:
        """The same of NorQuAD's train questions, or every so many of them, and its documents."""
        with opened("none", self.home / "norquad", self.norquad) as assistant:
            return put(norquad_questions(self.norquad, assistant)[::every], assistant, read)


def put(questions: Sequence[Asked], assistant: Assistant, read: Reader[T]) -> list[T]:
    """Every question ranked to DEPTH, and what `read` makes of that; nothing where it is None."""
    found = []
    with click.progressbar(questions, label="Asking", file=sys.stderr) as bar:
        for asked in bar:
            query = assistant.make_query(stand_alone(asked.text, asked.history).text)
            one = read(asked, assistant.search_engine.rank(query, DEPTH), assistant)
            if one is not None:
                found.append(one)
    return found


def fit_listwise(lists: Sequence[Labelled], l2: float, free: Sequence[bool]) -> Array:
    """Weights that put the positives of each (features, is positive) list first.

    `l2` pulls them towards zero, once for each list. Only those that are `free` may be negative.
    """

    pull = l2 * len(lists)

    def loss(weights: Array) -> tuple[float, Array]:
        total = pull * float((weights**2).sum())
        gradient = 2 * pull * weights
        for features, positive in lists:
            scores = features @ weights
            scores = scores - scores.max()
            share = np.exp(scores) / np.exp(scores).sum()
            on_positive = share * positive
            mass = on_positive.sum()
            total -= float(np.log(mass + 1e-12))
            gradient -= features.T @ (on_positive / (mass + 1e-12) - share)
        return total, gradient

    start = np.zeros(lists[0][0].shape[1])
    bounds = [(None if one else 0.0, None) for one in free]
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x)


def _mrr(lists: Sequence[Labelled], weights: Array) -> float:
    reciprocal = []
    for features, positive in lists:
        order = np.argsort(-(features @ weights), kind="stable")[:10]
        ranks = np.flatnonzero(positive[order])
        reciprocal.append(1 / (ranks[0] + 1) if len(ranks) else 0.0)
    return float(np.mean(reciprocal))


def _labelled(features: Array, positive: Sequence[bool]) -> Labelled | None:
    """None when there is nothing to tell apart."""
    labels = np.asarray(positive, dtype=float)
    return (features, labels) if labels.any() and not labels.all() else None


def fit_ranking(indexes: Indexes) -> dict[str, Any]:
    """Weights by group; see assistant/ranking.py. "plain-en" stays as it is, set by hand."""

    def read(asked: Asked, ranking: Ranking, _: Assistant) -> tuple[Language, Labelled] | None:
        passages = [hit.passage for hit in ranking.hits]
        positive = [asked.answered_by(p.document_id, p.start, p.end) for p in passages]
        features, language = ranking.features, ranking.query.language
        if features[:, HAS_QUESTIONS].any():
            features = bundled_ranking().standardised(features, language)
        else:
            features = z_scores(features)
        labelled = _labelled(features.astype(np.float64), positive)
        return (language, labelled) if labelled is not None else None

    own = indexes.asked_apart(read)
    lists = {
        "no": [one for language, one in own if language != "en"],
        "en": [one for language, one in own if language == "en"],
        "plain": [one for _, one in indexes.asked_norquad(read)],
    }
    before = json.loads(RANKING_FILE.read_text(encoding="utf-8"))["weights"]
    fitted: dict[str, Any] = {}
    for group, labelled in lists.items():
        weights = fit_listwise(
            labelled,
            PLAIN_L2 if group == "plain" else RANKING_L2,
            [n in NO_MATCH for n in FEATURES],
        )
        fitted[group] = _named(FEATURES, weights)
        start = np.asarray([before[group].get(name, 0.0) for name in FEATURES])
        click.echo(
            f"ranking {group}: {len(labelled)} questions, MRR@10 {_mrr(labelled, weights):.3f}"
            f" (before {_mrr(labelled, start):.3f})"
        )
    return {"weights": fitted | {"plain-en": before["plain-en"]}}


def fit_statements(indexes: Indexes) -> dict[str, Any]:
    """Weights of the components by group; see assistant/statements.py."""

    def read(asked: Asked, ranking: Ranking, assistant: Assistant) -> Labelled | None:
        found, parts = components(ranking.query, ranking, assistant.index, PASSAGES_READ)
        return _labelled(
            parts, [asked.answered_by(s.passage.document_id, s.start, s.end) for s in found]
        )

    fitted = {}
    lists = {
        WITH_QUESTIONS: indexes.asked_apart(read),
        WITHOUT_QUESTIONS: indexes.asked_plain(read),
    }
    for group, labelled in lists.items():
        weights = fit_listwise(labelled, STATEMENTS_L2, [False] * len(COMPONENTS))
        fitted[group] = _named(COMPONENTS, weights)
        click.echo(
            f"statements {group}: {len(labelled)} questions, MRR@10 {_mrr(labelled, weights):.3f}"
        )
    return fitted


def _named(names: Sequence[str], weights: Array) -> dict[str, float]:
    return {name: round(float(weight), 3) for name, weight in zip(names, weights, strict=True)}


def fit_abstention(indexes: Indexes) -> dict[str, Any]:
    """Weights, bias and threshold; see assistant/abstention.py.

    Without the questions that the register answers. The threshold keeps KEPT_ANSWERABLE (or
    KEPT_PLAIN) of the answerable ones as written, by probabilities from cross-validation.
    """

    def read(asked: Asked, ranking: Ranking, assistant: Assistant) -> _Judged | None:
        citer, today = assistant.library.citer(), date.today()
        if assistant.chain.from_register(ranking.query, ranking, citer, today) is not None:
            return None
        query, reader = ranking.query, assistant.signal_reader
        found = score_statements(query, ranking, assistant.index)
        signals = reader.read(query, ranking, found)
        if not signals.compared:  # nothing was found: refused without a model
            return None
        if is_held(asked):
            signals = replace(signals, read=reader.reading(query, ranking, found))
        return _Judged(signals, asked, assistant.index.embedding_model)

    fitted = _fit_abstention(indexes.asked_apart(read, foreign=True), KEPT_ANSWERABLE)
    click.echo("abstention, no questions beside passages:")
    plain = _fit_abstention(indexes.asked_plain(read, foreign=True), KEPT_PLAIN)
    return fitted | {"plain": plain}


@dataclass(frozen=True, slots=True)
class _Judged:
    signals: Signals
    asked: Asked
    embedding: str


def _fit_abstention(judged: Sequence[_Judged], keep: float) -> dict[str, Any]:
    data = np.asarray([list(one.signals.values().values()) for one in judged])
    compared = np.asarray([one.signals.compared for one in judged])
    answerable = np.asarray([bool(one.asked.spans) for one in judged])
    weight = np.asarray([FOREIGN_WEIGHT if one.asked.foreign else 1.0 for one in judged])
    original = [one.asked.original for one in judged]
    counted = np.asarray(
        [one.asked.text == one.asked.original and not one.asked.foreign for one in judged]
    )
    click.echo("  without comparing dimensions:")
    undirected, _ = _fit_decision(data, None, answerable, weight, original, counted, keep)
    click.echo("  with them:")
    directed, held_out = _fit_decision(data, compared, answerable, weight, original, counted, keep)
    record = {**directed, "embedding": judged[0].embedding, "undirected": undirected}
    rows = np.asarray([n for n, one in enumerate(judged) if one.signals.read is not None])
    if not len(rows):
        return record
    click.echo("  with the reader:")
    read = np.asarray([judged[n].signals.read for n in rows])
    joined = _fit_joined(held_out[rows], read, answerable[rows], weight[rows], counted[rows], keep)
    return {**record, "joined": joined}


def _fit_decision(
    data: Array,
    compared: Array | None,
    answerable: Array,
    weight: Array,
    original: Sequence[str],
    counted: Array,
    keep: float,
) -> tuple[dict[str, Any], Array]:
    """A record for `AbstentionModel.of`, from signals (n, SCALARS) and comparisons (n, 2 dim).

    With it the probabilities (n,) under cross-validation.

    A question and its misspelt form, of one `original`, are held out together. `keep` is the share
    of the answerable questions among those `counted` that the threshold lets through.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict

    columns, centres = [data / _spread(data)], [np.zeros(data.shape[1])]
    scales = [1 / _spread(data)]
    if compared is not None:
        scales.append(COMPARED_SCALE / _spread(compared))
        centres.append(compared.mean(axis=0))
        columns.append((compared - centres[1]) * scales[1])
    features = np.hstack(columns)
    model = LogisticRegression(C=ABSTENTION_C, max_iter=5000)
    held_out = np.mean(
        [
            cross_val_predict(
                model,
                features,
                answerable,
                groups=original,
                cv=StratifiedGroupKFold(5, shuffle=True, random_state=seed),
                method="predict_proba",
                params={"sample_weight": weight},
            )[:, 1]
            for seed in range(5)
        ],
        axis=0,
    )
    model.fit(features, answerable, sample_weight=weight)
    threshold = _threshold(held_out, answerable, counted, keep)
    fitted = model.coef_[0] * np.concatenate(scales)
    split = data.shape[1]
    record: dict[str, Any] = {
        "weights": {n: round(float(w), 4) for n, w in zip(SCALARS, fitted[:split], strict=True)},
        "bias": round(float(model.intercept_[0] - fitted @ np.concatenate(centres)), 4),
        "threshold": round(threshold, 4),
    }
    if compared is not None:
        record["direction"] = [round(float(w), 3) for w in fitted[split:]]
    return record, held_out


def _fit_joined(
    signals: Array, read: Array, answerable: Array, weight: Array, counted: Array, keep: float
) -> dict[str, float]:
    """A record of `Joined`, for questions that neither side was fitted on.

    `signals` are probabilities (n,) by the signals, `read` the reader's log-odds (n,).
    """
    from sklearn.linear_model import LogisticRegression

    features = np.column_stack([np.log(signals / (1 - signals)), read])
    model = LogisticRegression(C=1.0).fit(features, answerable, sample_weight=weight)
    found = model.predict_proba(features)[:, 1]
    return {
        "signals": round(float(model.coef_[0][0]), 4),
        "reader": round(float(model.coef_[0][1]), 4),
        "bias": round(float(model.intercept_[0]), 4),
        "threshold": round(_threshold(found, answerable, counted, keep), 4),
    }


def _threshold(probabilities: Array, answerable: Any, counted: Any, keep: float) -> float:
    """The probability that `keep` of the answerable ones counted reach; tells what it refuses."""
    kept = probabilities[counted & answerable]
    without = probabilities[counted & np.logical_not(answerable)]
    threshold = float(np.quantile(kept, 1 - keep))
    click.echo(
        f"  held out: {(without < threshold).mean():.2f} of {len(without)} unanswerable "
        f"refused when {keep:.1%} of {len(kept)} answerable are kept"
    )
    return threshold


def _spread(values: Array) -> Array:
    """Standard deviations of columns; 1 for a constant one."""
    spread = values.std(axis=0)
    return np.where(spread < 1e-9, 1.0, spread)


def _as_json(record: Mapping[str, Any]) -> str:
    """Indented, with each list of numbers on one line."""
    text = json.dumps(record, indent=2, ensure_ascii=False)
    return re.sub(r"\[[-\d\s.,e]+\]", lambda m: " ".join(m[0].split()), text) + "\n"


def fit_reader(indexes: Indexes) -> bytes:
    """The reader's file; see assistant/reader.py.

    Beside our own questions half of NorQuAD's, each once as found and once without what answers it.
    """

    def read(asked: Asked, ranking: Ranking, assistant: Assistant) -> Example | None:
        if is_held(asked):
            return None
        found = score_statements(ranking.query, ranking, assistant.index)
        if not found:
            return None
        beside = assistant.signal_reader.closest_questions(ranking)
        return _example(ranking, found, beside, answerable=bool(asked.spans))

    def read_twice(asked: Asked, ranking: Ranking, assistant: Assistant) -> list[Example]:
        found = score_statements(ranking.query, ranking, assistant.index)
        answers = [asked.answered_by(s.passage.document_id, s.start, s.end) for s in found]
        others = [one for one, holds in zip(found, answers, strict=True) if not holds]
        examples = []
        if any(answers[:STATEMENTS]):
            examples.append(_example(ranking, found, [], answerable=True))
        if any(answers) and others:
            examples.append(_example(ranking, others, [], answerable=False))
        return examples

    examples = indexes.asked_apart(read, foreign=True)
    for both in indexes.asked_norquad(read_twice, every=NORQUAD_EVERY):
        examples += both
    return train(examples, embedding_model(read_settings(CorpusSettings)).folder).dump()


def _example(
    ranking: Ranking, found: Sequence[Statement], beside: Sequence[str], *, answerable: bool
) -> Example:
    return Example(
        question=ranking.query.text,
        statements=tuple(one.text for one in found),
        beside=tuple(beside),
        answerable=answerable,
    )


FITS: Mapping[str, tuple[Path, Callable[[Indexes], dict[str, Any] | bytes]]] = {
    "ranking": (RANKING_FILE, fit_ranking),
    "statements": (STATEMENTS_FILE, fit_statements),
    "reader": (READER_FILE, fit_reader),
    "abstention": (ABSTENTION_FILE, fit_abstention),
}


@click.command()
@click.argument("what", nargs=-1, type=click.Choice(list(FITS)))
@click.option("--write", is_flag=True, help="Write the weights into assistant/data.")
@click.option(
    "--norquad",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of NorQuAD's files.",
)
@click.option("--home", type=click.Path(path_type=Path), help="Keep the indexes here.")
def main(what: tuple[str, ...], write: bool, norquad: Path, home: Path | None) -> None:
    """Fit the weights that ship with the package."""
    indexes = Indexes(home or Path(tempfile.mkdtemp(prefix="stifinner-tune-")), norquad)
    for kind in FITS if not what else [one for one in FITS if one in what]:
        path, fit = FITS[kind]
        fitted = fit(indexes)
        content = fitted if isinstance(fitted, bytes) else _as_json(fitted).encode()
        click.echo(f"{len(content)} bytes" if isinstance(fitted, bytes) else content.decode())
        if write:
            path.write_bytes(content)
            for loaded in (bundled_ranking, bundled_weights):  # the next fit rests on these
                loaded.cache_clear()


if __name__ == "__main__":
    main()
