"""Questions written beside passages: what is kept, resumed, cached and told."""

import json
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from corpus.embedding import EmbeddingModel, TextEmbeddings
from corpus.errors import GenerationError, IngestRunningError
from corpus.expansions import attach, load_expansions
from corpus.home import Home
from corpus.index import SearchIndex
from corpus.records import Passage
from ingest.expansion import expand
from ingest.question_filter import DropReason, KeptQuestion, QuestionFilter, comparable
from ingest.question_store import GENERATED, QuestionStore
from tests.llm import serve_llm

HALL_QUESTIONS = ("Når skal bassenget i Meldal stå klart?", "Who leads the work on the pool?")
FERRY_QUESTIONS = ("Kor mange bilar tek ferja til Leksvik?", "Hva koster billetten?")


class ScriptedWriter:
    """Writes given questions, or fails, by a word of the passage; counts what it is asked."""

    def __init__(self, replies: dict[str, Sequence[str] | Exception]) -> None:
        self.replies = replies
        self.asked: list[str] = []

    def key(self, passage: Passage) -> str:
        return f"key of {passage.text}"

    def write(self, passage: Passage) -> tuple[str, ...]:
        self.asked.append(passage.document_id)
        reply = next(r for word, r in self.replies.items() if word in passage.text)
        if isinstance(reply, Exception):
            raise reply
        return tuple(reply)


@pytest.fixture(scope="session")
def light(models_folder: Path) -> TextEmbeddings:
    return EmbeddingModel(model="bundled", home=models_folder.parent).light()


@pytest.fixture
def index(two_document_home, light) -> Iterator[SearchIndex]:
    opened = SearchIndex.open(Home(two_document_home.home), light, None)
    yield opened
    opened.close()


@pytest.fixture
def run_expand(index, light, tmp_path) -> Callable[..., object]:
    """Runs the loop over the two passages with files of its own."""

    def run(
        writer: ScriptedWriter,
        *,
        limit: int | None = None,
        enough: int = 8,
        on: SearchIndex = index,
    ):
        with QuestionStore.opened(tmp_path / "expansions", tmp_path / "cache") as store:
            judge = QuestionFilter(on, light, keep_within=1)
            return expand(
                on,
                writer,
                judge,
                store,
                enough=enough,
                limit=limit,
                on_progress=lambda done, total: None,
            )

    return run


def rows_of(index: SearchIndex) -> dict[str, tuple[int, Passage]]:
    return {passage.document_id: (row, passage) for row, passage in index.register.all_passages()}


def both() -> ScriptedWriter:
    return ScriptedWriter({"Meldal": HALL_QUESTIONS, "Leksvik": FERRY_QUESTIONS})


def test_a_question_about_another_passage_is_dropped(index, light):
    row, hall = rows_of(index)["hall"]
    judge = QuestionFilter(index, light, keep_within=1)
    judged = judge.judge(row, hall, [*HALL_QUESTIONS, *FERRY_QUESTIONS])
    assert tuple(one.text for one in judged.kept) == HALL_QUESTIONS
    assert judged.dropped == {DropReason.NOT_FOUND_AGAIN: 2}


def test_duplicates_and_copies_of_the_passage_are_dropped(index, light):
    row, hall = rows_of(index)["hall"]
    judge = QuestionFilter(index, light, keep_within=2)
    again = "når skal  bassenget i Meldal stå klart"
    judged = judge.judge(row, hall, [HALL_QUESTIONS[0], again, hall.text.upper()])
    assert [one.text for one in judged.kept] == [HALL_QUESTIONS[0]]
    assert judged.dropped == {DropReason.DUPLICATE: 1, DropReason.COPY: 1}
    statement = "Ordføreren leder arbeidet med svømmehallen."
    assert judge.judge(row, hall, [statement]).dropped == {DropReason.COPY: 1}
    assert judge.judge(row, hall, [again]).dropped == {DropReason.DUPLICATE: 1}
    assert judge.judge(row, hall, []).kept == ()


def test_an_anchor_is_the_closest_statement_verbatim(index, light):
    row, hall = rows_of(index)["hall"]
    judged = QuestionFilter(index, light, keep_within=1).judge(row, hall, HALL_QUESTIONS)
    assert [one.anchor for one in judged.kept] == [
        "Meldal kommune skal bygge en svømmehall innen 2024.",
        "Ordføreren leder arbeidet med svømmehallen.",
    ]


def test_every_anchor_leads_back_to_its_passage(index, run_expand, tmp_path):
    run_expand(both())
    written = load_expansions([tmp_path / "expansions"])
    for document_id, (_, passage) in rows_of(index).items():
        document = index.register.document(passage.document_id)
        beside, lost = attach(document, [passage], written[document_id])
        assert not lost
        assert list(beside) == [passage.id]


def test_counts_add_up_and_the_file_holds_what_was_kept(run_expand, tmp_path):
    writer = ScriptedWriter(
        {"Meldal": (*HALL_QUESTIONS, FERRY_QUESTIONS[0]), "Leksvik": FERRY_QUESTIONS}
    )
    outcome = run_expand(writer)
    assert (outcome.short, outcome.asked, outcome.cached, outcome.left) == (2, 2, 0, 0)
    assert (outcome.written, outcome.kept) == (5, 4)
    assert outcome.written == outcome.kept + sum(outcome.dropped.values())
    written = load_expansions([tmp_path / "expansions"])
    kept = {q for entries in written.values() for entry in entries for q in entry.questions}
    assert kept == {*HALL_QUESTIONS, *FERRY_QUESTIONS}


def test_an_unchanged_passage_is_never_asked_about_again(run_expand, tmp_path):
    run_expand(both())
    before = (tmp_path / "expansions" / GENERATED).read_bytes()
    writer = both()
    outcome = run_expand(writer)
    assert writer.asked == []
    assert (outcome.cached, outcome.written, outcome.changed) == (2, 0, False)
    assert (tmp_path / "expansions" / GENERATED).read_bytes() == before


def test_a_reply_without_questions_is_not_asked_for_again_either(run_expand):
    silent = {"Meldal": (), "Leksvik": ()}
    assert run_expand(ScriptedWriter(silent)).asked == 2
    assert run_expand(ScriptedWriter(silent)).cached == 2


def test_a_limit_leaves_the_rest_for_the_next_run(run_expand):
    first, second = both(), both()
    outcome = run_expand(first, limit=1)
    assert (outcome.asked, outcome.left) == (1, 1)
    outcome = run_expand(second, limit=1)
    assert (outcome.asked, outcome.cached, outcome.left) == (1, 1, 0)
    assert sorted(first.asked + second.asked) == ["ferry", "hall"]


def test_one_failed_passage_is_counted_and_asked_about_in_the_next_run(run_expand):
    broken = ScriptedWriter({"Meldal": HALL_QUESTIONS, "Leksvik": GenerationError("too long")})
    outcome = run_expand(broken)
    assert (outcome.asked, outcome.failed, outcome.reason) == (1, 1, "too long")
    assert outcome.kept == 2
    mended = both()
    assert run_expand(mended).asked == 1
    assert mended.asked == ["ferry"]


def test_a_run_that_dies_loses_only_the_passage_it_was_at(run_expand, tmp_path):
    dying = ScriptedWriter({"Meldal": HALL_QUESTIONS, "Leksvik": FERRY_QUESTIONS})
    second: list[str] = []

    def die_at_the_second(passage: Passage) -> tuple[str, ...]:
        second.append(passage.document_id)
        if len(second) == 2:
            raise KeyboardInterrupt
        return HALL_QUESTIONS if "Meldal" in passage.text else FERRY_QUESTIONS

    dying.write = die_at_the_second  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        run_expand(dying)
    assert load_expansions([tmp_path / "expansions"]).keys() == {second[0]}
    resumed = both()
    run_expand(resumed)
    assert resumed.asked == [second[1]]
    assert load_expansions([tmp_path / "expansions"]).keys() == {"hall", "ferry"}


def test_a_reply_kept_but_not_filed_is_judged_without_asking(index, run_expand, tmp_path):
    writer = both()
    _, hall = rows_of(index)["hall"]
    with QuestionStore.opened(tmp_path / "expansions", tmp_path / "cache") as store:
        store.keep_reply(writer.key(hall), HALL_QUESTIONS)
    outcome = run_expand(writer)
    assert writer.asked == ["ferry"]
    assert outcome.kept == 4


def test_without_the_file_kept_replies_are_filed_anew(run_expand, tmp_path):
    run_expand(both())
    path = tmp_path / "expansions" / GENERATED
    before = path.read_bytes()
    path.unlink()
    writer = both()
    run_expand(writer)
    assert writer.asked == []
    assert sorted(path.read_bytes().splitlines()) == sorted(before.splitlines())


def test_what_people_strike_out_of_the_file_stays_out(run_expand, tmp_path):
    run_expand(both())
    path = tmp_path / "expansions" / GENERATED
    kept = [line for line in path.read_text("utf-8").splitlines(True) if '"hall"' in line]
    path.write_text("".join(kept), encoding="utf-8")
    run_expand(both())
    assert path.read_text("utf-8") == "".join(kept)


def test_lines_about_statements_now_gone_are_taken_out_and_others_stay(run_expand, tmp_path):
    gone = {"document_id": "hall", "anchor": "Badet stenges.", "questions": ["Når?"], "key": "k"}
    by_hand = {"document_id": "hall", "anchor": "Badet rives.", "questions": ["Når rives det?"]}
    elsewhere = gone | {"document_id": "not indexed now"}
    path = tmp_path / "expansions" / GENERATED
    path.parent.mkdir()
    lines = [json.dumps(one, ensure_ascii=False) for one in (gone, by_hand, elsewhere)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    outcome = run_expand(ScriptedWriter({"": ()}))
    assert outcome.forgotten == 1
    assert outcome.changed
    assert path.read_text("utf-8").splitlines() == lines[1:]


def test_two_runs_at_once_are_refused(tmp_path):
    folders = tmp_path / "expansions", tmp_path / "cache"
    with (
        QuestionStore.opened(*folders),
        pytest.raises(IngestRunningError, match="--expand"),
        QuestionStore.opened(*folders),
    ):
        pass


def test_the_file_groups_questions_by_statement(tmp_path):
    kept = [KeptQuestion(text=f"Hva er {n}?", anchor=f"Nr. {n % 2}.") for n in range(4)]
    with QuestionStore.opened(tmp_path / "expansions", tmp_path / "cache") as store:
        store.keep_reply("k", [])
        store.file_questions("k", "plan", kept)
        assert store.filed() == {"k"}
        (first, second) = load_expansions([tmp_path / "expansions"])["plan"]
    assert (first.anchor, first.questions) == ("Nr. 0.", ("Hva er 0?", "Hva er 2?"))
    assert second.questions == ("Hva er 1?", "Hva er 3?")


def test_questions_are_compared_without_case_and_marks():
    assert comparable("  Hva ER «FoU»?") == comparable("hva er fou")
    assert comparable("?!") == ""


def test_without_a_model_one_line_says_what_to_set(stifinner, two_documents):
    done = stifinner("ingest", two_documents, "--expand")
    assert done.status == 1
    assert len(done.err_lines) == 1
    assert "STIFINNER_LLM" in done.err
    assert "STIFINNER_LLM_BASE_URL" in done.err
    assert not (stifinner.home / "index").exists()


def test_a_limit_without_expand_is_wrong_usage(stifinner):
    assert stifinner("ingest", "--expand-limit", 3).status == 2


def test_a_server_that_is_not_there_fails_with_one_line_and_a_served_index(
    in_home, two_documents, free_port
):
    address = f"http://127.0.0.1:{free_port}/v1"
    run = in_home(STIFINNER_LLM="local", STIFINNER_LLM_BASE_URL=address)
    done = run("ingest", two_documents, "--expand", "--expand-limit", 1, "--json")
    assert done.status == 1
    assert "did not answer" in done.err_lines[-1]
    assert done.json["expansion"]["failed"] == 1
    assert run("search", "svømmehall", "--json").status == 0


@pytest.fixture(scope="session")
def llm_server(tmp_path_factory) -> Iterator[str]:
    with serve_llm(tmp_path_factory.mktemp("llm")) as address:
        yield address


@pytest.fixture
def local_llm(in_home, llm_server):
    """The command line with a real model, whose replies are cut short for the sake of time."""
    return in_home(
        STIFINNER_LLM="local",
        STIFINNER_LLM_BASE_URL=llm_server,
        STIFINNER_EXPAND_MAX_TOKENS="64",
    )


@pytest.mark.slow
def test_a_real_model_is_asked_once_and_its_questions_are_judged(local_llm, two_documents):
    first = local_llm("ingest", two_documents, "--expand", "--json")
    assert first.status == 0, first.err
    told = first.json["expansion"]
    assert (told["passages"], told["asked"], told["failed"]) == (2, 2, 0)
    assert told["written"] == told["kept"] + sum(told["dropped"].values())
    second = local_llm("ingest", two_documents, "--expand", "--json")
    assert second.status == 0, second.err
    assert not second.json["changed"]
    assert second.json["expansion"]["asked"] == 0
    assert second.json["expansion"]["cached"] == 2


@pytest.mark.slow
def test_a_killed_run_goes_on_where_it_was(local_llm, two_documents):
    replies = local_llm.home / "cache" / "questions.sqlite"
    process = local_llm.start("ingest", two_documents, "--expand")
    while process.poll() is None and count_replies(replies) == 0:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    kept = count_replies(replies)
    assert kept == 1, "the run ended before it could be killed"
    done = local_llm("ingest", two_documents, "--expand", "--json")
    assert done.status == 0, done.err
    assert done.json["expansion"]["asked"] == 1
    assert count_replies(replies) == 2


def count_replies(path: Path) -> int:
    if not path.exists():
        return 0
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        (count,) = connection.execute("SELECT count(*) FROM reply").fetchone()
    except sqlite3.OperationalError:  # the table is not made yet
        return 0
    finally:
        connection.close()
    return int(count)


@pytest.fixture
def with_a_question(stifinner, two_documents):
    """The command line on an index with one question beside the Norwegian document."""
    line = {
        "document_id": "hall",
        "anchor": "Meldal kommune skal bygge en svømmehall innen 2024.",
        "questions": ["Where can kids splash about?"],
        "key": "k",
    }
    folder = stifinner.home / "expansions"
    folder.mkdir()
    (folder / GENERATED).write_text(json.dumps(line) + "\n", encoding="utf-8")
    assert stifinner("ingest", two_documents).status == 0
    return stifinner


def test_a_written_question_finds_its_passage_and_is_never_quoted(with_a_question):
    done = with_a_question("ask", "Where can kids splash about?", "--json")
    assert done.json["passages"][0]["document_id"] == "hall"
    assert all("splash" not in one["quote"] for one in done.json["citations"])
    assert all("splash" not in one["text"] for one in done.json["passages"])


def test_a_passage_with_enough_questions_is_passed_by(with_a_question, light, run_expand):
    opened = SearchIndex.open(Home(with_a_question.home), light, None)
    writer = both()
    outcome = run_expand(writer, enough=1, on=opened)
    assert writer.asked == ["ferry"]
    assert outcome.short == 1
    more = ScriptedWriter({"Meldal": ["Where can kids SPLASH about?"], "Leksvik": ()})
    assert run_expand(more, enough=2, on=opened).dropped == {DropReason.DUPLICATE: 1}
    opened.close()
