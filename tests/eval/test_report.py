import re
from html.parser import HTMLParser

import pytest

from eval.compare import compare_runs, markdown, significant
from eval.diagnosis import reasons, shared_words, worst_questions
from eval.reference import Gold
from eval.report import estimate_text, html_report, markdown_table, write_report
from eval.runs import run_questions
from eval.summary import EstimateJson
from eval.system import System


@pytest.fixture
def run(tmp_path, system, questions):
    return run_questions(
        system, questions, tmp_path / "a", question_set="dev", on_answer=lambda _: None
    )


class _Addresses(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [value for name, value in attrs if name in ("src", "href", "srcset")]


def test_the_page_loads_nothing_from_anywhere(run):
    page = html_report(run)
    parser = _Addresses()
    parser.feed(page)
    assert parser.found == []
    assert "@import" not in re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert page.count("Plotly.newPlot(") >= 4


@pytest.mark.e2e
@pytest.mark.parametrize("width", [1280, 420])
def test_a_browser_draws_the_page_asks_nobody_and_offers_no_upload(tmp_path, run, browser, width):
    path = tmp_path / "report.html"
    write_report(run, path)
    asked, faults = [], []
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
    page.goto(path.as_uri())
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    plots = page.locator(".js-plotly-plot").count()
    buttons = page.evaluate(
        "[...new Set([...document.querySelectorAll('.modebar-btn')].map(b => b.dataset.title))]"
    )
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    with page.expect_download() as saved:
        page.locator(".modebar-btn").first.dispatch_event("click")
    assert saved.value.suggested_filename.endswith(".png")
    page.close()
    assert [url for url in asked if not url.startswith(("blob:", "data:"))] == [path.as_uri()]
    assert faults == []
    assert plots == page_plots(run)
    assert buttons == ["Download plot as a PNG"]
    assert overflow <= 0


def page_plots(run):
    return html_report(run).count("Plotly.newPlot(")


def test_the_page_shows_dev_misses_and_never_test_misses(run):
    page = html_report(run)
    assert "(q2, list, en)" in page
    assert "q4, factoid" not in page
    assert [miss.scored.question.id for miss in worst_questions(run.scored, 10)] == ["q2"]


def test_text_from_documents_is_escaped(tmp_path, system, questions, answerer, make):
    hostile = "<script>alert(1)</script>"
    answerer.script[questions[0].question] = make.answer(hostile, citations=[], passages=[])
    run = run_questions(
        system, questions, tmp_path / "b", question_set="dev", on_answer=lambda _: None
    )
    page = html_report(run)
    assert hostile not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_markdown_table_names_n_index_and_machine(run):
    table = markdown_table(run)
    assert "| abstention recall | 1.000 | – | 1 |" in table
    assert "index `index-1`" in table
    assert "latency p50 / p95 | 12 / 12 ms" in table


def test_an_estimate_reads_as_value_interval_and_n():
    found = EstimateJson(value=0.714, low=0.6, high=0.8, n=12)
    assert estimate_text(found) == "0.71 (0.60–0.80, n=12)"
    assert estimate_text(None) == "–"


def test_a_miss_says_whether_document_or_place_was_wrong(make, run, documents):
    by_id = {one.question.id: one for one in run.scored}
    told = " ".join(reasons(by_id["q4"]))
    assert "Wrong document: side." in told
    assert "No citation holds a gold quote." in told
    assert "Facts not in the first" in told


def test_shared_words_are_counted_by_their_beginnings(make):
    gold = (Gold(document_id="plan", quote="Kommunen praktiserer meråpenhet"),)
    question = make.question(question="Hva med meråpenheten i kommuner?", gold=gold)
    assert shared_words(question) == (2, 2)


def test_a_certain_change_is_never_printed_as_p_zero(tmp_path, make, documents):
    questions = tuple(make.question(f"q{n}") for n in range(20))
    runs = []
    for name, answer in (("a", make.answer(passages=[])), ("b", make.answer())):
        answerer = make.answerer({question.question: answer for question in questions})
        system = System(answerer=answerer, fingerprint="i", settings={}, documents=documents)
        runs.append(
            run_questions(
                system, questions, tmp_path / name, question_set="dev", on_answer=lambda _: None
            )
        )
    assert "| MRR@10 | 0.000 | 1.000 | +1.000* | +1.000 … +1.000 | < 0.001 |" in markdown(
        compare_runs(*runs)
    )


def test_a_comparison_shows_changed_dev_questions_and_hides_test_ones(
    tmp_path, run, system, questions, answerer, make
):
    answerer.script[questions[0].question] = make.answer("Vet ikke.", passages=[], citations=[])
    answerer.script[questions[3].question] = make.answer()
    other = run_questions(
        system, questions, tmp_path / "b", question_set="dev", on_answer=lambda _: None
    )
    comparison = compare_runs(run, other)
    assert {change.question_id for change in comparison.changed} == {"q1"}
    assert comparison.hidden == 1
    mrr = next(measure for measure in comparison.measures if measure.name == "MRR@10")
    # q1 1 → 0, q2 1 → 1, q4 0 → 1
    assert (mrr.before, mrr.after) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert not significant(mrr)
    text = markdown(comparison)
    assert "q1 MRR@10 1.00 → 0.00" in text
    assert "1 test questions changed too" in text
