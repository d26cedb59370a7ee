"""Fits the small models that ship in assistant/data: ranking, statement choice, abstention.

    python -m eval.tune [ranking] [statements] [abstention] [--norquad FOLDER] [--write]

What they are fitted on: questions beside passages (corpus/expansions), taken across authors. The
index is made with one author's questions and asked with the other's, so that no question meets
itself; its passage is the one that holds its anchor. To these come the dev reference questions
(never the test split) and eval/tuning, written for this alone. Abstention is fitted on the dev and
tuning questions, and on NorQuAD train questions as ones that no document answers.

Across authors a passage has half as many questions beside it as in the shipped index, and all of
them are paraphrases. So those questions count little beside the dev and tuning questions
(CROSS_WEIGHT), and the weights are pulled towards PRIOR, which was set by hand; both by
cross-validation over the dev and tuning questions.

Models: listwise softmax regression (Cao et al. 2007, "Learning to Rank: From Pairwise Approach to
Listwise Approach", with top-one probabilities) for ranking and statements, logistic regression for
abstention; both on a handful of named features, with L2.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from scipy.optimize import minimize

from assistant.abstention import SCALARS, Signals
from assistant.abstention import WEIGHTS_FILE as ABSTENTION_FILE
from assistant.build import Assistant, open_assistant
from assistant.conversation import stand_alone
from assistant.features import FEATURES
from assistant.ranking import WEIGHTS_FILE as RANKING_FILE
from assistant.ranking import z_scores
from assistant.retrieval import Ranking
from assistant.settings import AssistantSettings
from assistant.statements import COMPONENTS, components
from assistant.statements import WEIGHTS_FILE as STATEMENTS_FILE
from corpus.expansions import BUNDLED_EXPANSIONS, load_expansions
from corpus.records import Passage
from corpus.settings import CorpusSettings, read_settings
from corpus.text import find_quote
from eval.matching import find_quote as find_gold
from eval.reference import Split, load_questions

Array = np.ndarray[Any, np.dtype[np.float64]]
DEPTH = 200
TUNING = Path(__file__).parent / "tuning"
FIRST_AUTHOR = "trial.jsonl"
KEPT_ANSWERABLE = 0.98  # false refusals ran half a point over in sets left out
FOREIGN = 150  # NorQuAD questions taken
FOREIGN_WEIGHT = 0.3
DEV_WEIGHT = 3.0  # a reference question counts for three of those beside passages
STATEMENT_HITS = 6
L2 = 0.002
RANKING_L2 = 0.03  # a dev or tuning question
CROSS_WEIGHT = {"no": 0.05, "en": 0.15}  # of a question beside a passage
ABSTENTION_C = 0.1  # inverse strength of L2, signals scaled to unit deviation
COMPARED_SCALE = 0.2  # deviation that each dimension of a comparison is scaled to
PRIOR: dict[str, dict[str, float]] = {
    "no": {
        "lexical_passage": 1.0,
        "lexical_context": 0.3,
        "lexical_questions": 0.6,
        "lexical_added": 0.2,
        "dense_passage": 0.4,
        "dense_sentence": 0.8,
        "dense_window": 0.3,
        "dense_question": 1.2,
        "is_footnote": -0.15,
        "is_caption": -0.3,
    },
    "en": {
        "lexical_passage": 0.4,
        "lexical_context": 0.2,
        "lexical_questions": 0.7,
        "lexical_added": 0.6,
        "dense_passage": 0.6,
        "dense_sentence": 0.9,
        "dense_window": 0.4,
        "dense_question": 1.5,
        "is_footnote": -0.15,
        "is_caption": -0.3,
        "named_document": 0.1,
        "same_minority_language": -0.5,
    },
}
ASCII_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})
TYPO_LETTERS = 5  # a shorter word becomes another word
TYPOS_EVERY = 3
FITTED = ("ranking", "statements", "abstention")
EVERY = 3  # every third question beside a passage; more change the fit by less than its noise


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the document spans that answer it; none when no document does."""

    text: str
    history: tuple[str, ...]
    spans: tuple[tuple[str, int, int], ...]
    weight: float = 1.0

    def answered_by(self, passage: Passage) -> bool:
        """Whether a passage overlaps one of the spans."""
        return any(
            passage.document_id == document and passage.start < end and start < passage.end
            for document, start, end in self.spans
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """A question put to an index: its ranking and whether the documents answer it."""

    asked: Asked
    ranking: Ranking
    assistant: Assistant


@contextmanager
def opened(expansions: str, home: Path) -> Iterator[Assistant]:
    """An assistant on an index of the bundled documents with only some questions beside them."""
    environment = {**os.environ, "STIFINNER_HOME": str(home), "STIFINNER_EXPANSIONS": expansions}
    subprocess.run(
        [sys.executable, "-m", "assistant", "ingest"], env=environment, check=True, stdout=2
    )
    settings = read_settings(CorpusSettings, home=home, expansions=expansions)
    assistant = open_assistant(settings, read_settings(AssistantSettings))
    try:
        yield assistant
    finally:
        assistant.close()


def beside_questions(files: Sequence[Path], assistant: Assistant) -> list[Asked]:
    """The questions of some expansion files, each with the span of its anchor."""
    with tempfile.TemporaryDirectory() as folder:
        for path in files:
            (Path(folder) / path.name).write_bytes(path.read_bytes())
        loaded = load_expansions([Path(folder)])
    asked = []
    for document_id, entries in loaded.items():
        text = assistant.library.text(document_id)
        for entry in entries:
            span = find_quote(text, entry.anchor)
            if span is not None:
                asked += [Asked(q, (), ((document_id, *span),)) for q in entry.questions]
    return asked


def dev_questions(assistant: Assistant) -> list[Asked]:
    """The dev reference questions, with the spans of their gold quotes."""
    asked = []
    for question in load_questions([Path(__file__).parent / "reference"], Split.DEV):
        spans = []
        for gold in question.gold:
            span = find_gold(assistant.library.text(gold.document_id), gold.quote)
            if span is not None:
                spans.append((str(gold.document_id), *span))
        if spans or not question.answerable:
            asked.append(Asked(question.question, question.history, tuple(spans), DEV_WEIGHT))
    return asked


def tuning_questions(assistant: Assistant) -> list[Asked]:
    """The questions of eval/tuning: some that only sound answerable, and hard answerable ones."""
    asked = []
    for path in sorted(TUNING.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            spans = []
            for gold in record["gold"]:
                span = find_gold(assistant.library.text(gold["document_id"]), gold["quote"])
                if span is not None:
                    spans.append((gold["document_id"], *span))
            if spans or not record["gold"]:
                history = tuple(record.get("history", ()))
                asked.append(Asked(record["question"], history, tuple(spans), DEV_WEIGHT))
    return asked


def misspelt(text: str, seed: int) -> str:
    """A question typed in haste: one to three longer words lack, swap or double a letter.

    Half of them are in small letters without a question mark, half write å as aa.
    """
    rng = random.Random(seed)
    if rng.random() < 0.5:
        text = text.rstrip(" ?").lower()
    if rng.random() < 0.5:
        text = text.translate(ASCII_LETTERS)
    words = text.split(" ")
    long = [n for n, word in enumerate(words) if sum(map(str.isalpha, word)) >= TYPO_LETTERS]
    for n in rng.sample(long, min(len(long), rng.randint(1, 3))):
        word = words[n]
        at = rng.choice([m for m in range(1, len(word) - 1) if word[m : m + 2].isalpha()] or [1])
        changed = (
            word[:at] + word[at + 1 :],
            word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
            word[:at] + word[at] + word[at:],
        )
        words[n] = rng.choice(changed)
    return " ".join(words)


def with_typos(questions: Sequence[Asked]) -> list[Asked]:
    """Every third question once more, misspelt: a typo must not look like a missing answer."""
    return [
        replace(one, text=misspelt(one.text, seed))
        for seed, one in enumerate(questions[::TYPOS_EVERY])
    ]


def foreign_questions(norquad: Path) -> list[Asked]:
    """NorQuAD train questions: about anything, so answered by none of the documents."""
    lines = (norquad / "train.jsonl").read_text(encoding="utf-8").splitlines()
    step = len(lines) // FOREIGN
    return [Asked(json.loads(line)["question"], (), (), FOREIGN_WEIGHT) for line in lines[::step]]


def put(questions: Sequence[Asked], assistant: Assistant) -> list[Seen]:
    """Every question ranked to DEPTH."""
    seen = []
    with click.progressbar(questions, label="Asking", file=sys.stderr) as bar:
        for asked in bar:
            text = stand_alone(asked.text, asked.history).text
            query = assistant.make_query(text)
            seen.append(Seen(asked, assistant.search_engine.rank(query, DEPTH), assistant))
    return seen


def fit_listwise(lists: Sequence[tuple[Array, Array, float]], start: Array, l2: float) -> Array:
    """Weights that put the positives of each (features, is positive, weight) list first."""

    def loss(weights: Array) -> tuple[float, Array]:
        total = l2 * float(((weights - start) ** 2).sum())
        gradient = 2 * l2 * (weights - start)
        for features, positive, weight in lists:
            scores = features @ weights
            scores = scores - scores.max()
            share = np.exp(scores) / np.exp(scores).sum()
            on_positive = share * positive
            mass = on_positive.sum()
            total -= weight * float(np.log(mass + 1e-12))
            gradient -= weight * (features.T @ (on_positive / (mass + 1e-12) - share))
        return total, gradient

    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B").x)


def fit_ranking(seen: Sequence[Seen]) -> dict[str, dict[str, float]]:
    """Weights by language group; see assistant/ranking.py."""
    fitted = {}
    for group in ("no", "en"):
        own: list[tuple[Array, Array, float]] = []
        cross: list[tuple[Array, Array, float]] = []
        for one in seen:
            if (one.ranking.query.language == "en") != (group == "en") or not one.asked.spans:
                continue
            positive = np.asarray(
                [one.asked.answered_by(hit.passage) for hit in one.ranking.hits], dtype=float
            )
            if positive.any() and not positive.all():
                features = z_scores(one.ranking.features).astype(np.float64)
                if one.asked.weight == DEV_WEIGHT:
                    own.append((features, positive, 1.0))
                else:
                    cross.append((features, positive, CROSS_WEIGHT[group]))
        start = np.asarray([PRIOR[group].get(name, 0.0) for name in FEATURES])
        weights = fit_listwise(own + cross, start, RANKING_L2 * len(own))
        fitted[group] = {n: round(float(w), 3) for n, w in zip(FEATURES, weights, strict=True)}
        click.echo(
            f"ranking {group}: {len(own)} dev and tuning questions, MRR@10 {_mrr(own, weights):.3f}"
            f" (before {_mrr(own, start):.3f}), {len(cross)} across authors, MRR@10 "
            f"{_mrr(cross, weights):.3f} (before {_mrr(cross, start):.3f})"
        )
    return fitted


def _mrr(lists: Sequence[tuple[Array, Array, float]], weights: Array) -> float:
    reciprocal = []
    for features, positive, _ in lists:
        order = np.argsort(-(features @ weights), kind="stable")[:10]
        ranks = np.flatnonzero(positive[order])
        reciprocal.append(1 / (ranks[0] + 1) if len(ranks) else 0.0)
    return float(np.mean(reciprocal))


def fit_statements(seen: Sequence[Seen]) -> dict[str, float]:
    """Weights of the components; see assistant/statements.py."""
    lists = []
    for one in seen:
        if not one.asked.spans:
            continue
        index = one.assistant.index
        found, parts = components(one.ranking.query, one.ranking, index, STATEMENT_HITS)
        positive = np.asarray(
            [
                any(
                    s.passage.document_id == d and s.start < end and start < s.end
                    for d, start, end in one.asked.spans
                )
                for s in found
            ],
            dtype=float,
        )
        if positive.any() and not positive.all():
            lists.append((parts, positive, one.asked.weight))
    before = json.loads(STATEMENTS_FILE.read_text(encoding="utf-8"))["weights"]
    start = np.asarray([before[name] for name in COMPONENTS])
    weights = fit_listwise(lists, start, L2 * len(lists))
    click.echo(f"statements: {len(lists)} questions, MRR@10 {_mrr(lists, weights):.3f}")
    return {n: round(float(w), 3) for n, w in zip(COMPONENTS, weights, strict=True)}


def fit_abstention(seen: Sequence[Seen]) -> dict[str, Any]:
    """Weights, bias and threshold; see assistant/abstention.py.

    Only the dev and tuning questions count, without those that the register answers. The threshold
    keeps KEPT_ANSWERABLE of the answerable ones, by probabilities from cross-validation.
    """
    read: list[Signals] = []
    labels: list[bool] = []
    weights: list[float] = []
    for one in seen:
        foreign = one.asked.weight == FOREIGN_WEIGHT
        if one.asked.weight < DEV_WEIGHT and not foreign:
            continue
        if not foreign and one.assistant.ask(one.asked.text, one.asked.history).mode == "register":
            continue
        signals = one.assistant.signal_reader.read(one.ranking.query, one.ranking)
        if not signals.compared:  # nothing was found: refused without a model
            continue
        read.append(signals)
        labels.append(bool(one.asked.spans))
        weights.append(FOREIGN_WEIGHT if foreign else 1.0)
    data = np.asarray([list(signals.values().values()) for signals in read])
    compared = np.asarray([signals.compared for signals in read])
    answerable, weight = np.asarray(labels), np.asarray(weights)
    click.echo("  without comparing dimensions:")
    undirected = _fit_decision(data, None, answerable, weight)
    click.echo("  with them:")
    directed = _fit_decision(data, compared, answerable, weight)
    embedding = seen[0].assistant.index.embedding_model
    return {**directed, "embedding": embedding, "undirected": undirected}


def _fit_decision(
    data: Array, compared: Array | None, answerable: Array, weight: Array
) -> dict[str, Any]:
    """A record for `AbstentionModel.of`, from signals (n, SCALARS) and comparisons (n, 2 dim)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

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
                cv=StratifiedKFold(5, shuffle=True, random_state=seed),
                method="predict_proba",
                params={"sample_weight": weight},
            )[:, 1]
            for seed in range(5)
        ],
        axis=0,
    )
    model.fit(features, answerable, sample_weight=weight)
    own = weight == 1.0
    kept, without = held_out[own & answerable], held_out[own & np.logical_not(answerable)]
    threshold = float(np.quantile(kept, 1 - KEPT_ANSWERABLE))
    click.echo(
        f"  cross-validated: {(without < threshold).mean():.2f} of {len(without)} unanswerable "
        f"refused when {KEPT_ANSWERABLE:.1%} of {len(kept)} answerable are kept"
    )
    fitted = model.coef_[0] * np.concatenate(scales)
    split = data.shape[1]
    record: dict[str, Any] = {
        "weights": {n: round(float(w), 4) for n, w in zip(SCALARS, fitted[:split], strict=True)},
        "bias": round(float(model.intercept_[0] - fitted @ np.concatenate(centres)), 4),
        "threshold": round(threshold, 4),
    }
    if compared is not None:
        record["direction"] = [round(float(w), 3) for w in fitted[split:]]
    return record


def _spread(values: Array) -> Array:
    """Standard deviations of columns; 1 for a constant one."""
    spread = values.std(axis=0)
    return np.where(spread < 1e-9, 1.0, spread)


def _as_json(record: Mapping[str, Any]) -> str:
    """Indented, with each list of numbers on one line."""
    text = json.dumps(record, indent=2, ensure_ascii=False)
    return re.sub(r"\[[-\d\s.,e]+\]", lambda m: " ".join(m[0].split()), text) + "\n"


@click.command()
@click.argument("what", nargs=-1, type=click.Choice(FITTED))
@click.option("--write", is_flag=True, help="Write the weights into assistant/data.")
@click.option(
    "--norquad",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of NorQuAD: its train questions join those that no document answers.",
)
@click.option("--home", type=click.Path(path_type=Path), help="Keep the indexes here.")
def main(what: tuple[str, ...], write: bool, norquad: Path | None, home: Path | None) -> None:
    """Fit the weights that ship with the package."""
    root = home or Path(tempfile.mkdtemp(prefix="stifinner-tune-"))
    first = [BUNDLED_EXPANSIONS / FIRST_AUTHOR]
    others = [p for p in sorted(BUNDLED_EXPANSIONS.glob("*.jsonl")) if p.name != FIRST_AUTHOR]
    seen: list[Seen] = []
    with ExitStack() as stack:
        across = (("one", first, others), ("other", others, first))
        for name, indexed, asked in across if {*(what or FITTED)} - {"abstention"} else ():
            folder = root / f"expansions-{name}"
            folder.mkdir(parents=True, exist_ok=True)
            for path in indexed:
                (folder / path.name).write_bytes(path.read_bytes())
            assistant = stack.enter_context(opened(str(folder), root / f"home-{name}"))
            seen += put(beside_questions(asked, assistant)[::EVERY], assistant)
        whole = stack.enter_context(opened("bundled", root / "home-all"))
        tuning = tuning_questions(whole)
        own = dev_questions(whole) + tuning + with_typos(tuning)
        asked_of_all = own + (foreign_questions(norquad) if norquad else [])
        seen += put(asked_of_all, whole)
        fitted: Mapping[str, tuple[Path, Any]] = {
            "ranking": (RANKING_FILE, fit_ranking),
            "statements": (STATEMENTS_FILE, fit_statements),
            "abstention": (ABSTENTION_FILE, fit_abstention),
        }
        for kind in what or FITTED:
            path, fit = fitted[kind]
            result = fit(seen)
            if kind == "abstention":
                plain = stack.enter_context(opened("none", root / "home-none"))
                click.echo("abstention, no questions beside passages:")
                result["plain"] = fit_abstention(put(asked_of_all, plain))
            record = result if kind == "abstention" else {"weights": result}
            if kind == "ranking":  # the groups without questions are not fitted here
                before = json.loads(path.read_text(encoding="utf-8"))["weights"]
                result |= {group: before[group] for group in ("plain", "plain-en")}
            text = _as_json(record)
            click.echo(text)
            if write:
                path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
