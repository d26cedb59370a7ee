"""Spreadsheets and csv files as rows of text, with every cell that is no text named.

What Excel shows and what it stores differ: a date is a number to it, 35 % is 0.35, and of merged
cells only the first holds the value. A reader that took such cells for text would judge answers by
facts that nobody wrote, so a cell either means what was typed or is named as a problem.
"""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from corpus.errors import EvaluationError

MAX_UNPACKED_BYTES = 100_000_000
MAX_ROWS = 10_000
_PREFERRED = "questions"
_DATES = (date, datetime, time, timedelta)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongCell:
    """A cell that cannot be read as text; `column` counts from 0."""

    row: int
    column: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Rows of text as the spreadsheet counts them, from 1; wrong cells are empty in them."""

    rows: tuple[tuple[int, tuple[str, ...]], ...]
    wrong: tuple[WrongCell, ...]


def read_xlsx(path: Path) -> Sheet:
    """The sheet "questions" of a workbook, or its first one.

    Raises:
        EvaluationError: it is no workbook, or larger than a table of questions can be.
    """
    try:
        _check_size(path)
        shown = openpyxl.load_workbook(path, data_only=True)
        typed = openpyxl.load_workbook(path)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as exc:
        raise EvaluationError(f"{path.name}: not an Excel file; save it as .xlsx anew") from exc
    if not shown.worksheets:
        raise EvaluationError(f"{path.name}: has no sheet with cells; begin with the template")
    name = _PREFERRED if _PREFERRED in shown.sheetnames else shown.worksheets[0].title
    sheet, formulas = shown[name], typed[name]
    if sheet.max_row > MAX_ROWS:
        raise EvaluationError(
            f"{path.name}: has cells down to row {sheet.max_row}; delete the rows below the table"
        )
    rows, wrong = [], []
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        texts = []
        for column, cell in enumerate(cells):
            text, message = _text(cell, formulas.cell(number, column + 1))
            texts.append(text)
            if message:
                wrong.append(WrongCell(row=number, column=column, message=message))
        rows.append((number, tuple(texts)))
    for merged in sheet.merged_cells.ranges:
        if sheet.cell(merged.min_row, merged.min_col).value is not None:
            message = f"is merged over {merged.coord}; unmerge it and fill in every cell"
            place = WrongCell(row=merged.min_row, column=merged.min_col - 1, message=message)
            wrong.append(place)
    return Sheet(rows=tuple(rows), wrong=tuple(wrong))


def _check_size(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > MAX_UNPACKED_BYTES:
        raise EvaluationError(f"{path.name}: is larger than a table of questions can be")


def _text(cell: Any, typed: Any) -> tuple[str, str]:
    """A cell's text, and what is wrong with it ("" if nothing is)."""
    value = cell.value
    if value is None:
        if typed.data_type == "f":
            return "", "is a formula without a stored value; paste its value"
        return "", ""
    if cell.data_type == "e":
        return "", f"holds the error {value}; type the value"
    if isinstance(value, _DATES):
        return "", "is a date to Excel; format the cell as text and type it again"
    if isinstance(value, bool):
        return "", "is a truth value to Excel; format the cell as text and type it again"
    if isinstance(value, int | float):
        if "%" in cell.number_format:
            return f"{value * 100:.10g} %", ""
        return f"{value:.15g}", ""
    return str(value), ""


def read_csv(path: Path) -> Sheet:
    """The records of a csv file; columns parted by `;`, `,` or tab, by what row 1 has most of.

    Raises:
        EvaluationError: a quote is left open or in the wrong place.
    """
    text = text_of(path)
    first, _, rest = text.partition("\n")
    if first.strip().casefold().startswith("sep="):  # Excel's own hint, which it does not show
        text, delimiter = rest, first.strip()[len("sep=") :][:1] or ";"
    else:
        # Norwegian Excel parts columns by ";", the rest of the world by ",".
        delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    return Sheet(rows=tuple(_records(path, reader)), wrong=())


def _records(path: Path, reader: Any) -> Iterator[tuple[int, tuple[str, ...]]]:
    number = 0
    try:
        for number, values in enumerate(reader, start=1):
            yield number, tuple(values)
    except csv.Error as exc:
        raise EvaluationError(
            f"{path.name}: row {number + 1}, which ends in line {reader.line_num}, cannot be read "
            f"({exc}); look for a quote mark too many or too few"
        ) from exc


def text_of(path: Path) -> str:
    """A text file's content, whatever Excel saved it as."""
    content = path.read_bytes()
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel on Windows saves as plain "CSV"; every byte that text uses is defined there.
        return content.decode("cp1252", errors="replace")


def is_blank(cells: Sequence[str]) -> bool:
    """Whether a row has no text at all."""
    return not any(cell.strip() for cell in cells)
