import numpy as np
import pytest
from click.testing import CliRunner

from assistant.features import FEATURES
from assistant.query import QueryMaker
from assistant.ranking import RankingModel, bundled_ranking
from corpus.errors import EvaluationError
from eval.ablation import MEASURES, ablate, main, markdown
from eval.parts import write_part
from eval.variants import (
    GROUPS,
    VARIANTS,
    ReciprocalRanks,
    Variant,
    equal_weights,
    in_raw_words,
    raw_words,
    rebuilt,
    stems_only,
    without_grams,
)

TEXT = "Hvem må godkjenne innsamling av helseopplysninger?"
TABLE = "Hvilke tiltak har NTNU som samarbeidspartner og frist i 2012?"
VALIDITY = "Gjelder strategisk næringsplan fortsatt?"
OFF_TOPIC = "Hvem vant Eliteserien i fotball i 2019?"


@pytest.fixture
def variant(assistant):
    by_name = {one.name: one for one in VARIANTS}
    return lambda name: by_name[name].build(assistant)


def _said(answer):
    kept = answer.model_dump(exclude={"id", "timings_ms"})
    return kept | {"passages": [(p.passage_id, round(p.score, 4)) for p in answer.passages]}


def _features(**columns):
    matrix = np.zeros((3, len(FEATURES)), dtype=np.float32)
    for name, values in columns.items():
        matrix[:, FEATURES.index(name)] = values
    return matrix


@pytest.mark.parametrize("question", [TEXT, TABLE, VALIDITY, OFF_TOPIC])
def test_a_chain_with_nothing_exchanged_answers_as_the_assistant_does(assistant, question):
    assert _said(rebuilt(assistant).ask(question)) == _said(assistant.ask(question))


def test_without_routing_no_answer_comes_from_the_register(assistant, variant):
    for question in (TABLE, VALIDITY):
        assert assistant.ask(question).mode == "register"
        assert variant("no-register").ask(question).mode == "extractive"


def test_without_the_reader_nothing_is_read(assistant, variant, monkeypatch):
    read = []
    monkeypatch.setattr(assistant.signal_reader, "reading", lambda *_: read.append(1) or -5.0)
    unsure = "Hva heter lederen for samarbeidsorganet Trondheimsregionen?"
    variant("no-reader").ask(unsure)
    assert read == []
    assert not assistant.ask(unsure).answered
    assert read


def test_without_abstention_everything_is_answered(assistant, variant):
    assert not assistant.ask(OFF_TOPIC).answered
    assert variant("no-abstention").ask(OFF_TOPIC).answered


def test_without_shaping_the_answer_is_the_best_passages_whole(variant, assert_passage):
    assert_passage(variant("no-shaping").ask(TEXT))


@pytest.fixture
def assert_passage():
    def check(answer):
        first = answer.passages[0]
        assert answer.citations[0].passage_id == first.passage_id
        assert answer.citations[0].quote == first.text
        assert answer.answer.startswith(" ".join(first.text.split())[:60])

    return check


@pytest.mark.parametrize(
    "name",
    [
        "no-small-units",
        "no-map",
        "no-grams",
        "raw-words",
        "rrf",
        "two-lists",
        "equal-weights",
        "no-glossary",
    ],
)
def test_every_ranking_variant_ranks_otherwise_and_cites_verbatim(assistant, variant, name):
    question = "Which approvals does research on health information need?"
    usual, other = assistant.ask(question), variant(name).ask(question)
    assert [p.score for p in usual.passages] != [p.score for p in other.passages]
    for citation in other.citations:
        text = assistant.library.document(citation.document_id).text
        assert text[citation.start : citation.end] == citation.quote


def test_terms_without_grams_are_stems_and_raw_words_stand_as_they_are():
    query = QueryMaker(lambda text: [0.0])("Kommunene og forskinga", "nb")
    assert without_grams(query).terms == {"kommun": 1.0, "forskning": 1.0}
    assert list(in_raw_words(query).terms) == ["kommunene", "og", "forskinga"]
    assert stems_only("Kommunene forsker", "nb") == ["kommun", "forsk"]
    assert raw_words("Kommunene og forsker", "nb") == ["kommunene", "og", "forsker"]


def test_reciprocal_ranks_add_one_over_sixty_and_rank():
    model = ReciprocalRanks({"plain": {"lexical_passage": 5.0, "dense_sentence": 1.0}})
    features = _features(lexical_passage=[9, 9, 0], dense_sentence=[0.1, 0.2, 0.3])
    scores = model.score(features, "nb")
    # lexical: two at rank 1, the third not in the list; dense: ranks 3, 2, 1, the third is least
    # [1/61, 1/61, 0] + [0, 1/62, 1/61], whatever the weights say
    plain = np.asarray([1 / 61, 1 / 61 + 1 / 62, 1 / 61])
    usual = RankingModel(model.weights).score(features, "nb")
    assert scores == pytest.approx(plain * usual.std() / plain.std(), rel=1e-4)


def test_the_groups_of_weights_are_those_that_ship():
    assert set(GROUPS) == set(bundled_ranking().weights)


def test_equal_weights_are_one_for_what_counts_for_a_passage():
    for weights in equal_weights().values():
        assert set(weights.values()) <= {0.0, 1.0}
        assert weights["dense_sentence"] == 1.0


class _Opening:
    def __init__(self, system):
        self.system = system
        self.opened = []

    def open(self, settings, build):
        from contextlib import nullcontext

        self.opened.append(dict(settings))
        return nullcontext(self.system)


def test_an_ablation_is_one_run_a_variant_and_one_table(tmp_path, system, questions, make):
    opening = _Opening(system)
    variants = (
        Variant(name="full", says="as it ships"),
        Variant(name="none", says="nothing", settings={"expansions": "none"}),
    )
    rows = ablate(
        opening, questions, tmp_path, question_set="dev", variants=variants,
        on_variant=lambda _: None,
    )  # fmt: skip
    assert opening.opened == [{}, {"expansions": "none"}]
    assert rows[1].run.meta.settings["ablation"] == "none"
    table = markdown(rows)
    # success@1 2/3, success@5 2/3, within 1000 tokens 2/3, MRR 2/3; facts (1 + 1/2 + 0) / 3
    cells = "0.667 | 0.667 | 0.667 | 0.667 | 0.500 | 1.000 | 0 / 3 |"
    assert f"| as it ships | {cells}" in table
    assert f"| nothing | {cells}" in table
    assert "4 dev questions" in table
    assert all(name in table for name in MEASURES)


def test_the_command_renews_a_page_and_prints_the_table(tmp_path, system, questions, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text("<!-- measured: ablation -->\n<!-- end -->\n", "utf-8")
    monkeypatch.setattr("eval.cli.served_stifinner", lambda: _Opening(system))
    monkeypatch.setattr("eval.ablation.load_questions", lambda paths, split: questions)
    arguments = ["--set", "dev", "--runs", str(tmp_path), "--into", str(page)]
    done = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    for variant in VARIANTS:
        assert f"| {variant.says} |" in done.stdout
    assert done.stdout.strip() in page.read_text("utf-8")
    assert CliRunner().invoke(main, ["--set", "all"]).exit_code == 2


def test_an_ablation_with_failures_gives_no_table(tmp_path, system, questions, answerer):
    answerer.script[questions[0].question] = RuntimeError("down")
    with pytest.raises(EvaluationError, match="full: 1 questions failed"):
        ablate(
            _Opening(system), questions, tmp_path, question_set="dev", variants=VARIANTS[:1],
            on_variant=lambda _: None,
        )  # fmt: skip


def test_a_measured_part_of_a_page_is_replaced_and_nothing_else(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- measured: x -->\nold\n<!-- end -->\nb\n", "utf-8")
    write_part(page, "x", "| new \\1 |\n")
    told = "a\n<!-- measured: x -->\n| new \\1 |\n<!-- end -->\nb\n"
    assert page.read_text("utf-8") == told
    with pytest.raises(EvaluationError, match="has no part '<!-- measured: y -->"):
        write_part(page, "y", "")
