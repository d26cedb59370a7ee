"""The page in a real browser, on a real server with the index of the bundled documents."""

import json
import re
import sqlite3
import urllib.request

import pytest

from tests.e2e.browsing import make_home, served

pytestmark = pytest.mark.e2e

REK = "Hvem må godkjenne innsamling av helseopplysninger?"
CLIMATE = "Hva vil kommunen gjøre for klima og miljø?"
COMMITMENTS = "Hvilke tiltak har NTNU som partner og frist 2012?"


def words(text):
    return " ".join(text.split())


def test_a_citation_opens_its_quote_highlighted_in_its_surroundings(visit, texts):
    one = visit()
    answer = one.ask(REK)
    assert "REK" in answer
    last = one.page.locator(".st-body .st-cite").last
    marker = last.inner_text().strip("[]")
    last.click()
    card = one.page.locator(f"#sources .st-source[data-marker='{marker}']")
    card.locator("mark").first.wait_for()
    quote = words(" ".join(card.locator("mark").all_inner_texts()))
    excerpt = words(card.locator(".st-excerpt").inner_text())
    assert quote in words(texts["fou-side"])
    assert quote in words(answer)
    assert quote in excerpt
    assert len(excerpt) > len(quote) + 200
    facts = card.inner_text()
    assert "Forskning, utvikling og innovasjon" in facts
    assert "Trondheim kommune" in facts
    assert "1. september 2021" in facts
    assert card.locator("mark").first.is_visible()


def test_no_request_to_another_host_is_even_attempted(visit):
    one = visit()
    one.ask(REK)
    one.page.locator(".st-cite").first.click()
    one.tab("Tiltak")
    one.page.wait_for_selector("#chart-network .js-plotly-plot")
    one.page.wait_for_selector("#commitments [role=gridcell]")
    one.tab("Dokumenter")
    one.page.wait_for_selector(".st-document")
    one.settle(2)
    assert one.foreign == []
    assert one.refused() == []


def test_the_start_page_names_no_other_host_that_a_browser_would_load_from(address):
    with urllib.request.urlopen(address) as response:
        page = response.read().decode()
        policy = response.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    loaded = re.findall(r"<(?:script|link|img|iframe|meta)[^>]*https?://[^>]*>", page)
    assert loaded == []
    assert '<html\n\tlang="nb"' in page or '<html lang="nb"' in page
    config = json.loads(re.search(r"window\.gradio_config = (\{.*?\});</script>", page)[1])
    assert config["analytics_enabled"] is False
    assert config["run_history"] is False


def test_the_language_switch_changes_the_page_and_not_the_answers(visit):
    one = visit()
    norwegian = one.ask(REK)
    one.page.get_by_label("English").check()
    one.page.get_by_role("tab", name="Commitments", exact=True).wait_for()
    assert one.page.locator("#question").get_by_text("Question").is_visible()
    assert one.page.locator("#new-chat").inner_text() == "New chat"
    one.page.get_by_text("Copy with sources").wait_for()
    assert one.page.locator(".st-body").inner_text() == norwegian
    assert one.page.evaluate("document.documentElement.lang") == "en"
    english = one.ask("Who must approve collection of health data?", 1)
    assert "says" in english
    one.page.get_by_label("Norsk").check()
    one.page.get_by_role("tab", name="Tiltak", exact=True).wait_for()


def test_the_page_opens_in_english_by_its_address(visit):
    one = visit("?lang=en")
    one.page.get_by_role("tab", name="Documents", exact=True).wait_for()
    one.page.get_by_text("What would you like to know?").wait_for()
    assert one.page.evaluate("document.documentElement.lang") == "en"
    assert one.page.get_by_role("tab", name="Dokumenter", exact=True).count() == 0


def test_follow_ups_use_the_earlier_questions_until_a_new_chat(visit):
    one = visit()
    one.ask("Hvem må godkjenne innsamling av helseopplysninger?")
    one.ask("Og hva med samtykke?", 1)
    assert "Forstått som" in one.page.locator("[data-exchange='1'] .st-notes").inner_text()
    one.page.locator("#new-chat button, button#new-chat").first.click()
    one.page.wait_for_selector(".st-welcome")
    one.ask("Og hva med samtykke?")
    assert "Forstått som" not in one.page.locator("#transcript").inner_text()


def test_two_chats_at_the_same_time_do_not_mix(visit):
    first, second = visit(), visit()
    first.type(REK)
    second.type(COMMITMENTS)
    assert "REK" in first.answered()
    assert "2012" in second.answered()
    first.type(CLIMATE)
    second.type(REK)
    assert "klima" in first.answered(1)
    assert "REK" in second.answered(1)
    questions = [one.page.locator(".st-question").all_inner_texts() for one in (first, second)]
    assert [len(each) for each in questions] == [2, 2]
    assert "helseopplysninger" in questions[0][0]
    assert "NTNU" in questions[1][0]
    first.page.locator("[data-exchange='1'] .st-cite").first.click()
    assert second.page.locator("#sources .st-sources").get_attribute("data-group") == "1"


def test_an_earlier_answers_markers_bring_its_sources_back(visit):
    one = visit()
    one.ask(REK)
    one.ask(CLIMATE, 1)
    one.page.wait_for_selector("#sources .st-sources[data-group='1']")
    told = one.page.locator(".st-exchange[data-exchange='0'] .st-body p")
    told.filter(has_text="helseopplysninger").first.locator(".st-cite").first.click()
    marked = one.page.wait_for_selector("#sources .st-sources[data-group='0'] mark:visible")
    assert "helseopplysninger" in marked.inner_text()


def test_an_example_question_is_asked_by_pressing_it_with_the_keyboard(visit):
    one = visit()
    one.page.locator(".st-example").first.focus()
    one.page.keyboard.press("Enter")
    assert "REK" in one.answered() or "Regional" in one.answered()


def test_what_the_documents_do_not_hold_is_said_and_html_in_questions_stays_text(visit):
    one = visit()
    one.ask("<img src=x onerror=document.title='owned'> Hva koster <b>bompengene</b> i Oslo?")
    assert one.page.locator(".st-question img, .st-question b").count() == 0
    assert "<b>bompengene</b>" in one.page.locator(".st-question").inner_text()
    assert one.page.title() == "Stifinner"


def test_documents_and_day_narrow_what_is_asked(visit):
    one = visit()
    one.page.locator("#filters > button").click()
    one.page.locator("#filters input").click()
    one.page.get_by_role("option", name="Kommuneplanens samfunnsdel").click()
    one.page.keyboard.press("Escape")
    one.page.locator("#day input").fill("2015-01-01")
    one.page.locator("#day input").press("Enter")
    one.ask(CLIMATE)
    one.page.wait_for_selector("#sources .st-source")
    titles = set(one.page.locator("#sources .st-title").all_inner_texts())
    assert titles == {"Kommuneplanens samfunnsdel"}
    assert one.page.locator("#sources .st-in-force").first.is_visible()


def test_feedback_is_stored_only_when_it_is_sent(visit, page_home):
    def stored():
        path = page_home / "user.sqlite"
        if not path.exists():
            return []
        with sqlite3.connect(path) as database:
            rows = database.execute("SELECT question, verdict, comment FROM feedback").fetchall()
        database.close()
        return rows

    one = visit()
    one.ask(REK)
    one.page.get_by_label("Nyttig svar", exact=True).click()
    form = one.page.locator(".st-feedback")
    form.get_by_text("lagres").first.wait_for()
    one.page.get_by_role("button", name="Avbryt").click()
    form.wait_for(state="hidden")
    assert stored() == []
    one.page.get_by_label("Ikke nyttig svar").click()
    one.page.locator("#comment textarea").fill("Mangler fristen")
    one.page.get_by_role("button", name="Send tilbakemelding").click()
    form.wait_for(state="hidden")
    assert stored() == [(REK, "not helpful", "Mangler fristen")]


def test_an_answer_is_copied_with_its_sources(visit):
    one = visit()
    one.context.grant_permissions(["clipboard-read", "clipboard-write"])
    one.ask(REK)
    one.page.get_by_text("Kopier med kilder").click()
    one.page.get_by_text("Kopiert").first.wait_for()
    copied = one.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(REK)
    assert "Kilder" in copied
    assert re.search(r"\[1\] Forskning, utvikling og innovasjon.*: «.+»", copied)


def test_the_register_filters_shows_quotes_and_exports_what_it_shows(visit, texts):
    one = visit()
    one.tab("Tiltak")
    one.page.wait_for_selector("#commitments [role=gridcell]")
    one.page.get_by_label("Partner", exact=True).click()
    one.page.get_by_role("option", name=re.compile("^NTNU")).first.click()
    one.page.get_by_label("Frist", exact=True).click()
    one.page.get_by_role("option", name="2012", exact=True).click()
    count = one.page.locator("#register-summary strong")
    one.page.wait_for_function(
        "parseInt(document.querySelector('#register-summary strong').innerText) < 20"
    )
    number = int(count.inner_text().split()[0])
    assert number > 0
    with one.page.expect_download() as found:
        one.page.locator("#register-summary a", has_text="CSV").click()
    lines = found.value.path().read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("document,goal")
    one.page.locator("#commitments [data-testid='cell-0-1']").click()
    panel = one.page.locator("#commitment-source")
    panel.locator("mark").first.wait_for()
    marked = [words(part) for part in panel.locator("mark").all_inner_texts()]
    assert all(part in words(texts["naeringsplan"]) for part in marked)
    one.page.keyboard.press("Escape")
    panel.locator("mark").first.wait_for(state="hidden")


def test_a_rows_status_is_noted_shown_filtered_and_kept(visit, page_home):
    one = visit()
    one.tab("Tiltak")
    one.page.wait_for_selector("#commitments [role=gridcell]")
    form = one.page.locator("#commitment-notes")
    assert form.is_hidden()
    one.page.locator("#commitments [data-testid='cell-1-1']").click()
    form.wait_for()
    form.get_by_label("Status", exact=True).click()
    one.page.get_by_role("option", name="gjennomført", exact=True).click()
    form.get_by_label("Hvem sier det").fill("Plankontoret")
    form.get_by_label("Kilde").fill("Årsmelding 2012")
    form.get_by_role("button", name="Lagre status").click()
    history = one.page.locator("#commitment-history")
    history.get_by_text("gjennomført (Plankontoret, Årsmelding 2012)").wait_for()
    one.page.locator("#commitments [data-testid='cell-1-5']", has_text="gjennomført").wait_for()
    again = visit()
    again.tab("Tiltak")
    again.page.wait_for_selector("#commitments [role=gridcell]")
    again.page.get_by_label("Status", exact=True).first.click()
    again.page.get_by_role("option", name="gjennomført", exact=True).click()
    again.page.locator("#register-summary strong", has_text=re.compile("^1 av")).wait_for()
    with sqlite3.connect(page_home / "user.sqlite") as database:
        kept = database.execute("SELECT status, author, source FROM commitment_note").fetchall()
    database.close()
    assert kept == [("done", "Plankontoret", "Årsmelding 2012")]


def test_a_narrow_screen_shows_the_sources_in_a_sheet_and_never_scrolls_sideways(visit, tmp_path):
    one = visit(width=390, height=844)
    one.ask(COMMITMENTS)
    assert one.page.locator("#sources .st-sources").is_hidden()
    one.page.locator(".st-cite").first.click()
    mark = one.page.locator("#sources mark").first
    mark.wait_for()
    one.page.screenshot(path=tmp_path / "narrow.png")
    assert mark.bounding_box()["y"] < 844
    one.page.locator("#sources .st-close").click()
    mark.wait_for(state="hidden")
    for name in ("Spør", "Tiltak", "Dokumenter"):
        one.tab(name)
        one.settle()
        width = one.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, name


def test_controls_have_names_for_screen_readers(visit):
    one = visit()
    one.ask(REK)
    one.page.wait_for_function("document.querySelector('#day input').ariaLabel")
    nameless = one.page.evaluate(
        """() => [...document.querySelectorAll('button, input, textarea, select')]
            .filter((e) => e.offsetParent !== null)
            .filter((e) => !(e.ariaLabel || e.innerText?.trim() || e.title || e.labels?.length
                || e.closest('fieldset[aria-label] label')))
            .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert nameless == []
    assert "Kilder: " in one.page.locator("#st-status").inner_text()


def test_own_questions_are_taken_from_the_template_to_figures_and_a_report(visit, tmp_path):
    one = visit()
    if one.page.get_by_role("tab", name="Egne spørsmål").count() == 0:
        pytest.skip("the evaluation's entry points are not installed; run `pip install -e .`")
    one.tab("Egne spørsmål")
    with one.page.expect_download() as found:
        one.page.get_by_role("link", name="Last ned malen").click()
    table = tmp_path / "own.xlsx"
    found.value.save_as(table)
    one.page.locator("#own-questions input[type=file]").set_input_files(table)
    one.page.get_by_text("own.xlsx").wait_for()
    one.page.get_by_role("button", name="Kjør").click()
    one.page.locator("#own-result table").wait_for()
    assert "recall@10" in one.page.locator("#own-result").inner_text()
    with one.page.expect_download() as report:
        one.page.locator("#own-report a").first.click()
    assert "<html" in report.value.path().read_text("utf-8")


def test_an_occupied_port_is_one_clear_line(bundled, address):
    port = address.rstrip("/").rsplit(":", 1)[1]
    done = bundled("serve", "--port", port)
    assert done.status == 1
    assert len(done.err_lines) == 1
    assert "--port" in done.err_lines[0]


def test_the_page_is_up_within_fifteen_seconds(indexed_home, tmp_path, free_port):
    import time

    home = make_home(tmp_path, indexed_home)
    began = time.monotonic()
    with served(home, free_port) as address, urllib.request.urlopen(address) as response:
        assert response.status == 200
        assert time.monotonic() - began < 15
