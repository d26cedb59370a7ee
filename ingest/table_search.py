"""The best way to cut a table's text into cells: a Viterbi search over its fragments.

The text layer of a PDF prints a table row by row, cell by cell. A cell of several lines is followed
by a blank line; a cell of one line runs together with the first line of the next cell, because they
share a baseline. So a *fragment* (lines without a blank line between them) holds cells of one line,
all on its first line, and then one last cell with the rest. A blank line may also stand inside a
cell (lists, page breaks), so a fragment may continue the cell before it.

The state is the column of the last cell. An edge cuts one fragment and says which columns its parts
belong to; its score adds how well each part fits its column (`ingest.table_models`), and what it
costs to skip columns, to begin a row, or to go on with a cell. The margin of a fragment is how much
worse the best reading is that cuts or places this fragment otherwise; a small margin is a doubt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import inf

from corpus.deadlines import DASH, is_deadline
from ingest.table_headers import ColumnRole
from ingest.table_models import ROW_NUMBER, CellModel, continues, is_incomplete

SKIP_COST = {
    ColumnRole.NUMBER: 0.0,
    ColumnRole.STRATEGY: 0.5,
    ColumnRole.MEASURE: 4.0,
    ColumnRole.INDICATOR: 3.0,
    ColumnRole.RESPONSIBLE: 4.0,
    ColumnRole.PARTNER: 2.0,
    ColumnRole.WHEN: 2.5,
    ColumnRole.NAME: 8.0,
    ColumnRole.DESCRIPTION: 6.0,
    ColumnRole.TEXT: 1.0,
}
_CUT_COST = 0.5
_MAX_PARTS = 5
_MAX_CUTS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """Lines without a blank line between them.

    `rows` are (line index, text). `soft` says that what parts it from the fragment before is weaker
    than a blank line; `after_header` that the break before it is an artefact of the header line.
    """

    rows: tuple[tuple[int, str], ...]
    soft: bool = False
    after_header: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """The text of each line."""
        return tuple(text for _, text in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How one fragment is cut: character offsets in its first line, and a column for each part.

    `continued` says that the first part belongs to the cell before; `new_row` that a row begins.
    """

    cuts: tuple[int, ...]
    columns: tuple[int, ...]
    continued: bool
    new_row: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A fragment with its best reading and the margin to the next best one."""

    fragment: Fragment
    reading: Reading
    margin: float


def place(fragments: Sequence[Fragment], model: CellModel) -> list[Placed]:
    """The best reading of each fragment, in order."""
    if not fragments:
        return []
    start = len(model.roles) - 1
    edges = [_edges(fragment, model) for fragment in fragments]
    scored = [
        _transitions(edges[i], fragments[i - 1] if i else None, fragments[i], model)
        for i in range(len(fragments))
    ]
    forward = _sweep_forward(scored, start, len(model.roles))
    backward = _sweep_backward(scored, model)
    return _trace(fragments, scored, forward, backward, start)


_Edge = tuple[int, int, float, Reading]


def _sweep_forward(scored: list[list[_Edge]], start: int, width: int) -> list[list[float]]:
    best = [[-inf] * width]
    best[0][start] = 0.0
    for edges in scored:
        after = [-inf] * width
        for source, target, score, _ in edges:
            after[target] = max(after[target], best[-1][source] + score)
        best.append(after)
    return best


def _sweep_backward(scored: list[list[_Edge]], model: CellModel) -> list[list[float]]:
    width = len(model.roles)
    best = [[-_skip(model, state + 1, width) for state in range(width)]]
    for edges in reversed(scored):
        before = [-inf] * width
        for source, target, score, _ in edges:
            before[source] = max(before[source], best[-1][target] + score)
        best.append(before)
    return best[::-1]


def _trace(
    fragments: Sequence[Fragment],
    scored: list[list[_Edge]],
    forward: list[list[float]],
    backward: list[list[float]],
    start: int,
) -> list[Placed]:
    placed = []
    state = start
    for i, edges in enumerate(scored):
        here = [edge for edge in edges if edge[0] == state]
        best = max(here, key=lambda edge: edge[2] + backward[i + 1][edge[1]])
        total = forward[i][state] + best[2] + backward[i + 1][best[1]]
        others = (
            forward[i][edge[0]] + edge[2] + backward[i + 1][edge[1]]
            for edge in edges
            if (edge[3].cuts, edge[3].columns) != (best[3].cuts, best[3].columns)
        )
        margin = total - max(others, default=-inf)
        placed.append(Placed(fragment=fragments[i], reading=best[3], margin=margin))
        state = best[1]
    return placed


def _edges(
    fragment: Fragment, model: CellModel
) -> list[tuple[tuple[int, ...], tuple[int, ...], float]]:
    """Ways to cut the fragment and columns for its parts, with the parts' own score."""
    found = []
    first, rest = fragment.texts[0], fragment.texts[1:]
    for cuts in _cuttings(first):
        parts = [[part] for part in _pieces(first, cuts)]
        parts[-1].extend(rest)
        incomplete = 4.0 * sum(is_incomplete(part[0]) for part in parts[:-1])
        fits = [
            [
                model.score(role, part) - model.width_penalty(column, part, alone=not cuts)
                for column, role in enumerate(model.roles)
            ]
            for part in parts
        ]
        for columns in combinations(range(len(model.roles)), len(parts)):
            score = sum(fit[column] for fit, column in zip(fits, columns, strict=True))
            if score < -50:
                # The first part may still continue the cell before it, which has its own score.
                inner = sum(fit[c] for fit, c in zip(fits[1:], columns[1:], strict=True))
                if inner < -50:
                    continue
            skipped = sum(_skip(model, left + 1, right) for left, right in pairwise(columns))
            gaps = _gap_score(first, cuts, columns)
            found.append(
                (cuts, columns, score - skipped - incomplete - _CUT_COST * len(cuts) + gaps)
            )
    return found


def _gap_score(first: str, cuts: tuple[int, ...], columns: tuple[int, ...]) -> float:
    """An empty cell leaves a blank of its own, so n + 1 blanks speak for n skipped columns."""
    score = 0.0
    for cut, left, right in zip(cuts, columns, columns[1:], strict=False):
        blanks = cut - len(first[:cut].rstrip())
        skipped = right - left - 1
        score += 1.5 * (skipped > 0 and blanks == skipped + 1) - 0.7 * (skipped != blanks - 1)
    return score


def _cuttings(first: str) -> Iterator[tuple[int, ...]]:
    places = [
        position
        for position in range(1, len(first))
        if first[position - 1].isspace()
        and not first[position].isspace()
        and first[:position].strip()
        and _may_open(first[position:], first[:position])
    ][:_MAX_CUTS]
    for count in range(min(len(places), _MAX_PARTS - 1) + 1):
        yield from combinations(places, count)


def _may_open(text: str, before: str) -> bool:
    word = text.split()[0]
    return (
        word.lstrip("\"“”«»'έ(")[:1].isupper()
        or bool(DASH.match(word))
        or is_deadline(text)
        or is_deadline(word)
        or bool(ROW_NUMBER.match(before.strip()))
    )


def _pieces(first: str, cuts: tuple[int, ...]) -> list[str]:
    bounds = [0, *cuts, len(first)]
    return [first[a:b].strip() for a, b in pairwise(bounds)]


def _skip(model: CellModel, start: int, end: int) -> float:
    return sum(SKIP_COST[role] for role in model.roles[start:end])


def _transitions(
    edges: list[tuple[tuple[int, ...], tuple[int, ...], float]],
    before: Fragment | None,
    fragment: Fragment,
    model: CellModel,
) -> list[_Edge]:
    found: list[_Edge] = []
    hanging = 4.0 if before is not None and is_incomplete(before.texts[-1]) else 0.0
    first_part = {}
    for cuts, columns, score in edges:
        for state in range(len(model.roles)):
            for new_row, continued in _moves(state, columns[0], before is None):
                cost = _move_cost(state, columns[0], new_row, continued, model)
                if continued:
                    key = (cuts, columns[0])
                    if key not in first_part:
                        first_part[key] = _first_part_scores(fragment, cuts, columns[0], model)
                    own, width = first_part[key]
                    moved = (
                        score
                        - own
                        + _continuation(fragment, model.roles[columns[0]], hanging, own + width)
                        - width
                    )
                else:
                    moved = (
                        score
                        - cost
                        - hanging
                        + _break_score(before, fragment, state, new_row, model)
                    )
                if moved > -60:
                    reading = Reading(
                        cuts=cuts, columns=columns, continued=continued, new_row=new_row
                    )
                    found.append((state, columns[-1], moved, reading))
    return found


def _moves(state: int, column: int, first: bool) -> Iterator[tuple[bool, bool]]:
    """(new row, continued) for going from `state` to `column`."""
    if first:
        yield True, False
        return
    if column > state:
        yield False, False
        return
    if column == state:
        yield False, True
    yield True, False


def _move_cost(state: int, column: int, new_row: bool, continued: bool, model: CellModel) -> float:
    if continued:
        return 0.0
    if not new_row:
        cost = _skip(model, state + 1, column)
    else:
        cost = _skip(model, state + 1, len(model.roles)) + _skip(model, 0, column)
        cost += 1.0 * (column > 0)
    orphan = model.roles[column] is ColumnRole.STRATEGY and ColumnRole.NUMBER in model.roles
    if orphan and (new_row or model.roles[state] is not ColumnRole.NUMBER):
        cost += 8.0
    return cost


def _first_part_scores(
    fragment: Fragment, cuts: tuple[int, ...], column: int, model: CellModel
) -> tuple[float, float]:
    """The whole score of the first part, and the width penalty within it."""
    pieces = _pieces(fragment.texts[0], cuts)
    lines = [pieces[0]] if cuts else [pieces[0], *fragment.texts[1:]]
    width = model.width_penalty(column, lines, alone=not cuts)
    return model.score(model.roles[column], lines) - width, width


def _continuation(fragment: Fragment, role: ColumnRole, hanging: float, fit: float) -> float:
    """How well the first part goes on with the cell before it; `fit` is its score as a cell."""
    text = fragment.texts[0]
    if role is ColumnRole.NUMBER:
        return -50.0
    if role is ColumnRole.WHEN:
        return -0.5 if is_deadline(text) else -50.0
    if ROW_NUMBER.match(text.split()[0]) or is_deadline(" ".join(fragment.texts)):
        return -20.0
    opens = 3.0 if continues(text) else min(0.0, fit)
    return -3.0 + opens + hanging * 0.75 + 2.5 * fragment.soft + 5.0 * fragment.after_header


def _break_score(
    before: Fragment | None, fragment: Fragment, state: int, new_row: bool, model: CellModel
) -> float:
    """What speaks against a new cell here: a small letter, or a cell of one line cut by a blank."""
    score = -3.0 * continues(fragment.texts[0]) - 3.0 * fragment.after_header
    lonely = (
        before is not None
        and len(before.rows) == 1
        and not new_row
        and model.roles[state] is not ColumnRole.NUMBER
    )
    return score - 1.5 * lonely - 1.0 * fragment.soft
