import csv
from datetime import datetime, time

import openpyxl
import pytest

from corpus.errors import EvaluationError
from eval.reference import Need, QuestionKind, Split, write_questions
from eval.tables import read_table, template_columns, write_template

HEADER = "question;kind;need;document_1;quote_1;document_2;quote_2;facts;history"
GOOD = 'Hvor mange?;;;plan;"Elleve kommuner er med.";;;"11 kommuner | elleve kommuner";'


@pytest.fixture
def texts(documents):
    return {name: document.text for name, document in documents.items()}


def _csv(tmp_path, *lines, encoding="utf-8"):
    path = tmp_path / "own.csv"
    path.write_bytes("\r\n".join([HEADER, *lines]).encode(encoding))
    return path


def test_a_row_becomes_a_question_with_its_defaults(tmp_path, texts):
    reading = read_table(_csv(tmp_path, GOOD), texts)
    assert reading.problems == ()
    (question,) = reading.questions
    assert question.id == "row-2"
    assert question.kind is QuestionKind.FACTOID
    assert question.need is Need.ANY
    assert question.split is Split.DEV
    assert question.facts == (("11 kommuner", "elleve kommuner"),)
    assert [gold.quote for gold in question.gold] == ["Elleve kommuner er med."]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_what_excel_saves_as_csv_is_read_whatever_its_encoding(tmp_path, texts, encoding):
    line = "Hva er åpent?;;;side;Kommunen praktiserer meråpenhet.;;;meråpenhet;"
    reading = read_table(_csv(tmp_path, line, encoding=encoding), texts)
    assert reading.problems == ()
    assert reading.questions[0].question == "Hva er åpent?"


def test_every_error_is_named_with_row_and_column(tmp_path, texts):
    path = _csv(
        tmp_path,
        GOOD,
        ";;;plan;Elleve kommuner er med.;;;x;",
        "En?;riddle;some;plan;Elleve kommuner er med.;;;x;",
        "To?;;;plan;Tolv kommuner er med.;;;x;",
        "Tre?;;;other;y;;;x;",
        "Fire?;;;plan;;;;x;",
        "Fem?;;;plan;Elleve kommuner er med.;;;;",
        "Seks?;followup;;plan;Elleve kommuner er med.;;;x;",
        "hvor mange;;;plan;Elleve kommuner er med.;;;x;",
    )
    told = [str(problem) for problem in read_table(path, texts).problems]
    assert told == [
        "row 3, column question: is empty; write the question",
        "row 4, column kind: 'riddle' is not one of factoid, paraphrase, keyword, misspelt, list, "
        "commitments, validity, compare, followup, unanswerable",
        "row 4, column need: 'some' is not one of any, all",
        "row 5, column quote_1: 'Tolv kommuner er med.' does not stand in plan",
        "row 6, column document_1: no document 'other'; there are: plan, side",
        "row 7, column quote_1: is empty beside document_1; copy the quote",
        "row 8, column facts: has no facts; say what a right answer must hold",
        "row 9, column history: is a follow-up without history; give the earlier questions",
        "row 10, column question: asks the same as row-2",
    ]


def test_rows_without_error_are_kept_beside_the_wrong_ones(tmp_path, texts):
    reading = read_table(_csv(tmp_path, GOOD, "To?;;;plan;Tolv.;;;x;"), texts)
    assert [question.id for question in reading.questions] == ["row-2"]


def test_the_second_of_two_rows_with_one_id_is_named(tmp_path, texts):
    path = tmp_path / "own.csv"
    rows = ["a,Ett?,unanswerable", "a,To?,unanswerable"]
    path.write_text("\n".join(["id,question,kind", *rows]), "utf-8")
    assert [str(problem) for problem in read_table(path, texts).problems] == [
        "row 3, column id: 'a' stands in row 2 already; ids must be unique"
    ]


def test_two_quotes_and_earlier_questions_of_one_row(tmp_path, texts):
    line = (
        "Og når?;followup;all;plan;Planen gjelder til 2020.;side;Alle data er åpne.;"
        '"2020\nåpne";"Hva?\nHvem?"'
    )
    (question,) = read_table(_csv(tmp_path, line), texts).questions
    assert question.history == ("Hva?", "Hvem?")
    assert question.document_ids == ("plan", "side")
    assert question.facts == (("2020",), ("åpne",))


def test_a_filled_in_excel_template_is_read_back(tmp_path, texts):
    path = tmp_path / "template.xlsx"
    write_template(path, list(texts))
    book = openpyxl.load_workbook(path)
    sheet = book["questions"]
    sheet.delete_rows(2)
    row = {"question": "Til når?", "document_1": "plan", "quote_1": "Planen gjelder til 2020.",
           "facts": 2020}  # fmt: skip
    sheet.append([row.get(column) for column in template_columns()])
    book.save(path)
    reading = read_table(path, texts)
    assert reading.problems == ()
    assert reading.questions[0].facts == (("2020",),)


def test_the_template_has_choices_help_and_an_example_that_fits_the_bundled_corpus(tmp_path):
    text = "Trondheim kommune praktiserer meråpenhet. Dette gjelder også."
    for name in ("t.xlsx", "t.csv"):
        write_template(tmp_path / name, ["fou-side"])
        reading = read_table(tmp_path / name, {"fou-side": text})
        assert [question.id for question in reading.questions] == ["own-1"]
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    rules = [rule.formula1 for rule in book["questions"].data_validations.dataValidation]
    assert '"nb,nn,en"' in rules
    assert '"fou-side"' in rules
    assert "document" in [row[0] for row in book["help"].values]


def test_a_json_lines_file_is_checked_line_by_line(tmp_path, questions, texts):
    path = tmp_path / "own.jsonl"
    write_questions(path, questions[:3])
    assert read_table(path, texts).questions == questions[:3]
    path.write_text(path.read_text("utf-8") + '{"id": "x", "question": ""}\n', "utf-8")
    told = {(problem.row, problem.column) for problem in read_table(path, texts).problems}
    assert {(4, "question"), (4, "kind"), (4, "language")} <= told


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.pdf", b"x", "upload one of"),
        ("a.xlsx", b"no zip", "not an Excel file"),
        ("a.csv", b"spm;fasit\n1;2", "no column 'question'"),
        ("a.csv", b"question;fasit\n1;2", "column 'fasit' is not known"),
        ("a.csv", b"question;fasit;svar\n1;2", "columns 'fasit', 'svar' are not known"),
        ("a.csv", b"question;kind;Kind\n1;2", "column 'kind' stands twice"),
        ("a.csv", b"question;kind\n", "no question in it"),
        ("a.csv", b'question;kind\na;b\n"c;d\ne;f', "row 3, which ends in line 4, cannot be read"),
        ("a.csv", b'question;kind\n"a"b;c', "row 2, .* quote mark too many or too few"),
        ("a.csv", b"", "is empty"),
    ],
)
def test_a_file_that_is_no_table_of_questions_is_refused(tmp_path, texts, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(EvaluationError, match=message):
        read_table(path, texts)


def test_a_comma_separated_file_is_read_too(tmp_path, texts):
    path = tmp_path / "own.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(
            [["question", "kind"], ["Hva koster det, egentlig?", "unanswerable"]]
        )
    assert read_table(path, texts).questions[0].question == "Hva koster det, egentlig?"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("hint", ["", "sep=;\r\n"])
def test_a_csv_of_any_excel_counts_its_rows_as_excel_shows_them(tmp_path, texts, encoding, hint):
    path = tmp_path / "own.csv"
    lines = [HEADER, "", ";;;;;;;;", "Hva er meråpent?;riddle;;;;;;x;"]
    path.write_bytes((hint + "\r\n".join(lines)).encode(encoding))
    (problem,) = read_table(path, texts).problems
    assert (problem.row, problem.column) == (4, "kind")


def test_a_separator_in_a_text_without_quote_marks_is_named_and_nothing_is_lost(tmp_path, texts):
    line = "Hva koster det; egentlig?;;;plan;Elleve kommuner er med.;;;x;"
    told = [str(problem) for problem in read_table(_csv(tmp_path, line), texts).problems]
    assert any(one.startswith("row 2, column kind: 'egentlig?'") for one in told)
    path = _csv(tmp_path, GOOD + ";;over")
    assert [str(problem) for problem in read_table(path, texts).problems] == [
        "row 2, column K: stands under no heading; give it one, or quote marks to a text with "
        "separators"
    ]


@pytest.fixture
def workbook(tmp_path, texts):
    columns = ["question", "document_1", "quote_1", "facts"]
    row = ["Hvor mange?", "plan", "Elleve kommuner er med.", "11"]

    def read(change, rows=2):
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.append(columns)
        for number in range(rows):
            sheet.append([f"{row[0]} {number}", *row[1:]])
        change(sheet)
        book.save(tmp_path / "own.xlsx")
        return read_table(tmp_path / "own.xlsx", texts)

    return read


@pytest.mark.parametrize(
    ("value", "number_format", "told"),
    [
        (datetime(2012, 6, 10), "dd.mm.yyyy", "is a date to Excel"),
        (time(9, 30), "h:mm", "is a date to Excel"),
        (True, "General", "is a truth value to Excel"),
        ("#REF!", "General", "holds the error #REF!"),
        ("=1+1", "General", "is a formula without a stored value"),
    ],
)
def test_a_cell_that_excel_does_not_store_as_typed_is_named(workbook, value, number_format, told):
    def change(sheet):
        sheet["D3"].value, sheet["D3"].number_format = value, number_format

    reading = workbook(change)
    (problem,) = reading.problems
    assert str(problem).startswith(f"row 3, column facts: {told}")
    assert [question.id for question in reading.questions] == ["row-2"]


@pytest.mark.parametrize(
    ("value", "number_format", "fact"),
    [(0.35, "0%", "35 %"), (0.075, "0.0%", "7.5 %"), (7.5, "0.0", "7.5"), (3000, "# ##0", "3000")],
)
def test_numbers_are_read_as_they_are_shown(workbook, value, number_format, fact):
    def change(sheet):
        sheet["D3"].value, sheet["D3"].number_format = value, number_format

    assert workbook(change).questions[1].facts == ((fact,),)


def test_merged_cells_are_named_once_and_not_taken_for_empty_ones(workbook):
    reading = workbook(lambda sheet: sheet.merge_cells("B2:B3"))
    told = [str(problem) for problem in reading.problems]
    merged = "is merged over B2:B3; unmerge it and fill in every cell"
    assert told[0] == f"row 2, column document_1: {merged}"
    assert told[1].startswith("row 3, column document_1: is empty beside quote_1")


def test_empty_rows_and_other_sheets_are_passed_over(workbook):
    def change(sheet):
        sheet.insert_rows(3, amount=2)
        sheet.title = "questions"
        sheet.parent.create_sheet("notes", 0).append(["whatever"])

    assert [question.id for question in workbook(change).questions] == ["row-2", "row-5"]


def test_a_workbook_that_is_far_too_large_is_refused(workbook, monkeypatch):
    with pytest.raises(EvaluationError, match="cells down to row 20000; delete the rows below"):
        workbook(lambda sheet: sheet.cell(20_000, 1, "x"))
    monkeypatch.setattr("eval.sheets.MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(EvaluationError, match="larger than a table of questions can be"):
        workbook(lambda sheet: None)
