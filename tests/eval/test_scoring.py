import ir_measures
import pytest
from ir_measures import RR, Success, nDCG

from eval.matching import find_quote
from eval.reference import Gold, Need, QuestionKind
from eval.report import html_report, markdown_table
from eval.runs import QRELS_TREC, RUN_TREC, run_questions
from eval.scoring import relevant_ids, score, score_all
from eval.summary import summarise


def _words(text):
    return len(text.split())


def _share(scored, name):
    ratio = scored.ratios[name]
    return ratio.numerator / ratio.denominator


def test_a_right_answer_scores_full_marks(make, documents):
    scored = score(make.question(), make.answer(), documents, _words)
    for name in ("success@1", "MRR@10", "nDCG@10", "recall@10", "fact recall", "citation recall"):
        assert _share(scored, name) == 1, name
    assert _share(scored, "citation precision") == 1
    assert _share(scored, "verbatim quotes") == 1
    assert _share(scored, "page correct") == 1
    assert "abstention recall" not in scored.ratios


def test_a_question_that_the_run_lacks_scores_zero(make, documents):
    scored = score(make.question(), None, documents, _words)
    for name in ("success@1", "MRR@10", "fact recall", "citation recall", "answered"):
        assert _share(scored, name) == 0, name


def test_any_needed_quote_counts_once_and_all_needed_quotes_each(make, documents):
    golds = (
        Gold(document_id="plan", quote="Planen gjelder til 2020."),
        Gold(document_id="plan", quote="SINTEF har ansvar for havrommet."),
    )
    ranking = ["plan-1", "plan-2"]
    any_needed = make.question(gold=golds)
    all_needed = make.question(gold=golds, need=Need.ALL)
    assert relevant_ids(any_needed, ranking, [{0}, {1}]) == {"plan-1"}
    assert relevant_ids(all_needed, ranking, [{0}, {1}]) == {"plan-1", "plan-2"}
    assert relevant_ids(all_needed, ranking, [{0}, {0}]) == {"plan-1", "q1:gold-2"}
    assert relevant_ids(any_needed, ranking, [set(), set()]) == {"q1:gold-1"}


def test_recall_of_all_needed_quotes_is_by_quote_not_by_passage(make, documents):
    golds = tuple(
        Gold(document_id="plan", quote=quote)
        for quote in ("Planen gjelder til 2020.", "Elleve kommuner er med.", "står ingen steder")
    )
    scored = score(make.question(gold=golds, need=Need.ALL), make.answer(), documents, _words)
    # the first passage holds two of the three quotes
    assert _share(scored, "recall@5") == pytest.approx(2 / 3)


def test_a_passage_of_another_document_is_never_relevant(make, documents):
    answer = make.answer(passages=[make.passage(1, make.plan, document="side")], citations=[])
    assert _share(score(make.question(), answer, documents, _words), "success@1") == 0


def test_facts_count_only_in_the_first_words_and_lists_get_more(make, documents):
    late = make.answer("ord " * 200 + "11 kommuner")
    assert _share(score(make.question(), late, documents, _words), "fact recall") == 0
    listing = make.question(kind=QuestionKind.LIST)
    assert _share(score(listing, late, documents, _words), "fact recall") == 1


@pytest.mark.parametrize(
    ("kind", "before", "stated"),
    [
        (QuestionKind.FACTOID, 148, 1),  # the fact's two words are the 149th and 150th
        (QuestionKind.FACTOID, 149, 0),
        (QuestionKind.LIST, 398, 1),
        (QuestionKind.LIST, 399, 0),
        (QuestionKind.COMMITMENTS, 398, 1),
    ],
)
def test_a_fact_is_read_up_to_the_last_word_that_counts(make, documents, kind, before, stated):
    text = "ord [1] " * before + "11 kommuner [2] og mer"  # markers are no words
    scored = score(make.question(kind=kind), make.answer(text), documents, _words)
    assert _share(scored, "fact recall") == stated


def test_success_needs_one_quote_even_where_all_are_needed(make, documents):
    golds = tuple(
        Gold(document_id="plan", quote=quote)
        for quote in ("SINTEF har ansvar for havrommet.", "står ingen steder i planen")
    )
    scored = score(make.question(gold=golds, need=Need.ALL), make.answer(), documents, _words)
    # the first quote in the second passage, the other nowhere: qrels hold two relevant ids
    assert _share(scored, "success@1") == 0
    assert _share(scored, "success@5") == 1
    assert _share(scored, "MRR@10") == 0.5
    assert _share(scored, "recall@5") == 0.5
    # gain 1/log2(3) of the best 1 + 1/log2(3)
    assert _share(scored, "nDCG@10") == pytest.approx(0.3869, abs=1e-4)
    assert _share(scored, "citation recall") == 0


def test_a_run_without_any_answer_scores_zero_everywhere_and_can_be_reported(
    tmp_path, system, questions, answerer
):
    answerer.script = {question.question: RuntimeError("down") for question in questions}
    run = run_questions(
        system, questions, tmp_path / "r", question_set="x", on_answer=lambda _: None
    )
    values = {name: found.value for name, found in run.metrics.measures.items()}
    assert values["success@1"] == values["fact recall"] == values["answered"] == 0
    assert "abstention precision" not in values
    assert run.metrics.latency_ms is None
    assert "The system failed on 4 questions" in html_report(run)
    assert "4 x questions, 4 failed" in markdown_table(run)


def test_an_abstention_states_no_facts_even_if_it_names_the_passage(make, documents):
    answer = make.answer("Nærmest: 11 kommuner.", answered=False)
    scored = score(make.question(), answer, documents, _words)
    assert _share(scored, "fact recall") == 0
    assert _share(scored, "answered") == 0
    assert _share(scored, "abstention precision") == 0


def test_abstaining_from_an_unanswerable_question_is_right(make, documents):
    question = make.question(kind=QuestionKind.UNANSWERABLE, gold=(), facts=())
    right = score(question, make.answer("Nei.", answered=False), documents, _words)
    wrong = score(question, make.answer(), documents, _words)
    assert _share(right, "abstention precision") == _share(right, "abstention recall") == 1
    assert _share(wrong, "abstention recall") == 0
    assert _share(wrong, "citation precision") == 0


def test_a_changed_quote_is_not_verbatim_and_a_wrong_page_is_not_correct(make, documents):
    cited = make.citation(make.plan, "Elleve kommuner er med.", page=2)
    changed = cited.model_copy(update={"quote": "11 kommuner er med."})
    scored = score(make.question(), make.answer(citations=[cited, changed]), documents, _words)
    assert _share(scored, "verbatim quotes") == 0.5
    assert _share(scored, "page correct") == 0


def test_pages_are_not_judged_where_the_document_has_none(make, documents):
    question = make.question(gold=(Gold(document_id="side", quote="praktiserer meråpenhet"),))
    cited = make.citation(make.page, "Kommunen praktiserer meråpenhet.", document="side", page=None)
    scored = score(question, make.answer(citations=[cited]), documents, _words)
    assert "page correct" not in scored.ratios
    assert _share(scored, "citation recall") == 1


def test_a_citation_of_something_else_lowers_precision(make, documents):
    other = make.citation(make.plan, "SINTEF har ansvar for havrommet.", 2, passage_id="plan-2")
    first = make.citation(make.plan, "Elleve kommuner er med.")
    scored = score(make.question(), make.answer(citations=[first, other]), documents, _words)
    assert _share(scored, "citation precision") == 0.5


def test_paraphrases_are_compared_by_what_their_answers_cite(make, documents):
    questions = [make.question("a"), make.question("b", group="a")]
    answers = {"a": make.answer(), "b": make.answer(answered=False, citations=[])}
    scored = score_all(questions, answers, documents, _words)
    assert _share(scored[0], "paraphrase agreement") == 0
    assert "paraphrase agreement" not in scored[1].ratios


def test_a_summary_has_slices_and_latency(questions, answerer, documents):
    answers = {q.id: answerer.ask(q.question) for q in questions}
    metrics = summarise(score_all(questions, answers, documents, _words))
    assert metrics.measures["abstention recall"].value == 1
    assert metrics.slices["language"]["en"]["recall@10"].value == 1
    assert metrics.slices["document"]["none"]["abstention recall"].n == 1
    assert metrics.latency_ms.p50 == 12


def test_trec_eval_gives_our_numbers_on_the_files_of_a_run(tmp_path, system, questions):
    run = run_questions(
        system, questions, tmp_path / "r", question_set="x", on_answer=lambda _: None
    )
    names = {"success@1": Success @ 1, "MRR@10": RR @ 10, "nDCG@10": nDCG @ 10}
    theirs = ir_measures.calc_aggregate(
        list(names.values()),
        list(ir_measures.read_trec_qrels(str(tmp_path / "r" / QRELS_TREC))),
        list(ir_measures.read_trec_run(str(tmp_path / "r" / RUN_TREC))),
    )
    for name, measure in names.items():
        assert run.metrics.measures[name].value == pytest.approx(theirs[measure], abs=1e-6)


def test_gold_quotes_of_the_fixture_stand_in_their_document(questions, documents):
    for question in questions:
        for gold in question.gold:
            assert find_quote(documents[gold.document_id].text, gold.quote)
