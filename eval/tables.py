"""Own questions from a spreadsheet: xlsx, csv or jsonl in, questions and every error out.

One row is one question. The columns are the fields of a reference line; quotes have numbered
columns (`document_1`, `quote_1`, `document_2`, …), and a cell with several values has one a line:
earlier questions, and facts, whose alternatives are parted by `|`. Only the question is required,
with a quote, facts or the kind `unanswerable`. Rows count as the spreadsheet shows them, the
header being row 1. All errors are collected: nobody should upload a file ten times.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import ValidationError

from corpus.errors import EvaluationError
from corpus.records import DocumentId
from eval.reference import (
    Language,
    Need,
    Question,
    QuestionKind,
    QuestionLine,
    Split,
    UserKind,
    check_questions,
)
from eval.sheets import Sheet, is_blank, read_csv, read_xlsx, text_of

FORMATS = (".xlsx", ".csv", ".jsonl")
QUOTE_PAIRS = 3
NO_HEADING = "stands under no heading; give it one, or quote marks to a text with separators"
_NUMBERED = re.compile(r"(document|quote)_([1-9]\d?)")
_CHOICES: Mapping[str, type[StrEnum]] = {
    "language": Language,
    "user": UserKind,
    "kind": QuestionKind,
    "split": Split,
    "need": Need,
}
_DEFAULTS = {"language": "nb", "user": "evaluator", "split": "dev", "need": "any"}
_PLAIN = ("id", "question", *_CHOICES, "history", "facts", "note", "group")
_HELP = {
    "id": "Any short name without blanks; made from the row number if empty",
    "question": "As a user would type it (required)",
    "language": "nb, nn or en; nb if empty",
    "user": "Who asks: researcher, staff or evaluator",
    "kind": "unanswerable if no document answers it; factoid if empty",
    "split": "dev: misses are shown one by one; test: only numbers are shown",
    "need": "any: one of the quotes suffices; all: a right answer needs them all",
    "history": "Earlier questions of the same conversation, one a line",
    "facts": "What a right answer must hold, one fact a line; wordings parted by |",
    "note": "For yourself",
    "group": "The same word for questions that ask the same in other words",
    "document_1": "Id of the document that answers it, as in `stifinner documents`",
    "quote_1": "The passage that answers it, copied from the document word by word",
}
_EXAMPLE = {
    "id": "own-1",
    "question": "Hva praktiserer Trondheim kommune når det gjelder åpenhet?",
    "language": "nb",
    "user": "evaluator",
    "kind": "factoid",
    "split": "dev",
    "need": "any",
    "facts": "meråpenhet | mer åpenhet",
    "document_1": "fou-side",
    "quote_1": "Trondheim kommune praktiserer meråpenhet.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """One error: row as the spreadsheet counts (1 is the header), column by name, what to do."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReading:
    """What a file holds: its right questions, and every problem of the others, in row order."""

    questions: tuple[Question, ...]
    problems: tuple[RowProblem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    number: int
    cells: Mapping[str, str]
    problems: tuple[RowProblem, ...]


def read_table(path: Path, texts: Mapping[DocumentId, str]) -> TableReading:
    """Questions of an xlsx, csv or jsonl file, checked against the stored texts.

    Raises:
        EvaluationError: the file cannot be read as what its name says, or has no known column.
    """
    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise EvaluationError(f"{path.name}: upload one of {', '.join(FORMATS)}")
    if not path.is_file():
        raise EvaluationError(f"{path}: there is no such file")
    if kind == ".jsonl":
        parsed = list(_json_lines(path))
    else:
        sheet = read_xlsx(path) if kind == ".xlsx" else read_csv(path)
        parsed = [_parse(row) for row in _rows(path.name, sheet)]
    if not parsed:
        raise EvaluationError(f"{path.name}: no question in it; the template shows the columns")
    return _checked(parsed, texts)


Parsed = tuple[int, Question | None, list[RowProblem]]


def _checked(parsed: Sequence[Parsed], texts: Mapping[DocumentId, str]) -> TableReading:
    problems = [problem for _, _, found in parsed for problem in found]
    rows: dict[str, int] = {}
    questions = []
    for row, question, _ in parsed:
        if question is None:
            continue
        first = rows.setdefault(question.id, row)
        if first == row:
            questions.append(question)
        else:
            message = f"'{question.id}' stands in row {first} already; ids must be unique"
            problems.append(RowProblem(row=row, column="id", message=message))
    found = check_questions(questions, texts)
    problems += [
        RowProblem(row=rows[problem.question_id], column=problem.field, message=problem.message)
        for problem in found
    ]
    wrong = {problem.question_id for problem in found}
    return TableReading(
        questions=tuple(question for question in questions if question.id not in wrong),
        problems=tuple(sorted(problems, key=lambda problem: problem.row)),
    )


def _json_lines(path: Path) -> Iterator[Parsed]:
    for number, line in enumerate(text_of(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, QuestionLine.model_validate_json(line).to_question(), []
        except ValidationError as exc:
            yield number, None, _problems_of(exc, number)


def _rows(name: str, sheet: Sheet) -> list[_Row]:
    """The rows below the heading that hold anything.

    Raises:
        EvaluationError: the heading lacks the question, or has columns that mean nothing.
    """
    if not sheet.rows:
        raise EvaluationError(f"{name}: the first sheet is empty; begin with the template")
    header = _header(name, sheet.rows[0][1])
    wrong: dict[int, dict[int, str]] = {}
    for cell in sheet.wrong:
        wrong.setdefault(cell.row, {})[cell.column] = cell.message
    rows = []
    for number, values in sheet.rows[1:]:
        if is_blank(values) and number not in wrong:
            continue
        problems = [
            RowProblem(row=number, column=_column(header, column), message=message)
            for column, message in sorted(wrong.get(number, {}).items())
        ]
        # Most often a separator inside a text without quote marks, which moves all that follows.
        problems += [
            RowProblem(row=number, column=_column(header, column), message=NO_HEADING)
            for column, value in enumerate(values)
            if value.strip() and not (column < len(header) and header[column])
        ]
        cells = {n: v.strip() for n, v in zip(header, values, strict=False) if n and v.strip()}
        rows.append(_Row(number=number, cells=cells, problems=tuple(problems)))
    return rows


def _header(file: str, cells: Sequence[str]) -> list[str]:
    header = [name.strip().casefold().replace(" ", "_") for name in cells]
    named = [name for name in header if name]
    unknown = [n for n in dict.fromkeys(named) if n not in _PLAIN and not _NUMBERED.fullmatch(n)]
    twice = [name for name, count in Counter(named).items() if count > 1]
    if "question" not in named:
        raise EvaluationError(f"{file}: row 1 has no column 'question'; see the template")
    if unknown:
        listed = "', '".join(unknown)
        known = ", ".join([*_PLAIN, "document_1", "quote_1", "…"])
        verb = "column '{}' is" if len(unknown) == 1 else "columns '{}' are"
        raise EvaluationError(
            f"{file}: row 1, {verb.format(listed)} not known; columns are {known}"
        )
    if twice:
        raise EvaluationError(f"{file}: row 1, column '{twice[0]}' stands twice; rename one")
    return header


def _column(header: Sequence[str], number: int) -> str:
    named = header[number] if number < len(header) else ""
    return named or get_column_letter(number + 1)


def _parse(row: _Row) -> Parsed:
    cells, problems = row.cells, [*row.problems, *_wrong_cells(row)]
    if problems:
        return row.number, None, problems
    kind = cells.get("kind", QuestionKind.FACTOID.value).casefold()
    fields = {
        **{name: cells.get(name, default).casefold() for name, default in _DEFAULTS.items()},
        "id": cells.get("id", f"row-{row.number}"),
        "question": cells["question"],
        "kind": kind,
        "history": _lines(cells.get("history", "")),
        "gold": [
            {"document_id": cells[f"document_{n}"], "quote": cells[f"quote_{n}"]}
            for n in _quote_numbers(cells)
        ],
        "facts": [
            [wording.strip() for wording in line.split("|") if wording.strip()]
            for line in _lines(cells.get("facts", ""))
        ],
        "note": cells.get("note", ""),
        "group": cells.get("group"),
    }
    try:
        return row.number, QuestionLine.model_validate(fields).to_question(), []
    except ValidationError as exc:
        return row.number, None, _problems_of(exc, row.number)


def _wrong_cells(row: _Row) -> list[RowProblem]:
    cells = row.cells
    wrong = []
    named = {problem.column for problem in row.problems}
    if "question" not in cells and "question" not in named:
        wrong.append(("question", "is empty; write the question"))
    for column, choices in _CHOICES.items():
        value = cells.get(column, "").casefold()
        allowed = [choice.value for choice in choices]
        if value and value not in allowed:
            wrong.append((column, f"'{cells[column]}' is not one of {', '.join(allowed)}"))
    for n in _quote_numbers(cells):
        if f"document_{n}" not in cells and f"document_{n}" not in named:
            wrong.append((f"document_{n}", f"is empty beside quote_{n}; name its document"))
        if f"quote_{n}" not in cells and f"quote_{n}" not in named:
            wrong.append((f"quote_{n}", f"is empty beside document_{n}; copy the quote"))
    return [RowProblem(row=row.number, column=column, message=text) for column, text in wrong]


def _problems_of(exc: ValidationError, row: int) -> list[RowProblem]:
    return [
        RowProblem(
            row=row,
            column=".".join(str(part) for part in error["loc"]) or "line",
            message=error["msg"],
        )
        for error in exc.errors()
    ]


def _quote_numbers(cells: Mapping[str, str]) -> list[int]:
    found = {int(match.group(2)) for name in cells if (match := _NUMBERED.fullmatch(name))}
    return sorted(found)


def _lines(cell: str) -> list[str]:
    return [line.strip() for line in cell.splitlines() if line.strip()]


def template_columns() -> list[str]:
    """The template's columns in order."""
    pairs = [f"{name}_{n}" for n in range(1, QUOTE_PAIRS + 1) for name in ("document", "quote")]
    return ["id", "question", "language", "kind", "need", *pairs, "facts", "history",
            "user", "split", "group", "note"]  # fmt: skip


def write_template(path: Path, document_ids: Sequence[str]) -> None:
    """Write an xlsx or csv template with an example row; see `write_table`."""
    write_table(path, document_ids, [_EXAMPLE])


def write_table(path: Path, document_ids: Sequence[str], rows: Sequence[Mapping[str, str]]) -> None:
    """Write rows, by column name, as xlsx (with lists of choices and a sheet of help) or csv.

    Raises:
        EvaluationError: the name ends in neither .xlsx nor .csv.
    """
    columns = template_columns()
    table = [columns, *([_harmless(row.get(name, "")) for name in columns] for row in rows)]
    if path.suffix.lower() == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream, delimiter=";").writerows(table)
        return
    if path.suffix.lower() != ".xlsx":
        raise EvaluationError(f"{path.name}: a question table is .xlsx or .csv")
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "questions"
    for line in table:
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", cell) or None for cell in line])
    _format(sheet, columns, document_ids)
    notes = book.create_sheet("help")
    for column, text in _HELP.items():
        notes.append([column, text])
    notes.append([])
    for document_id in document_ids:
        notes.append(["document", document_id])
    notes.column_dimensions["B"].width = 90
    book.save(path)


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet takes for text: a blank keeps a formula from being one."""
    return f" {cell}" if cell.startswith(("=", "+", "-", "@")) else cell


def _format(sheet: Worksheet, columns: Sequence[str], document_ids: Sequence[str]) -> None:
    sheet.freeze_panes = "C2"
    choices = {name: [choice.value for choice in kind] for name, kind in _CHOICES.items()}
    for number, column in enumerate(columns, start=1):
        letter = get_column_letter(number)
        wide = column in ("question", "facts", "history") or column.startswith("quote")
        sheet.column_dimensions[letter].width = 44 if wide else 14
        sheet.cell(1, number).font = Font(bold=True)
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, number).alignment = Alignment(wrap_text=True, vertical="top")
        allowed = list(document_ids) if column.startswith("document") else choices.get(column, [])
        listed = ",".join(allowed)
        # Excel refuses a file whose list of choices is longer than 255 signs.
        if allowed and len(listed) <= 255:
            rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
            sheet.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}2000")
