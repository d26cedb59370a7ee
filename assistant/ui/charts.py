"""Charts of the commitments in view, made with plotly and drawn by the copy Gradio serves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go  # type: ignore[import-untyped]

from assistant.commitment_query import goal_of
from assistant.commitment_tables import Grouping, count_by
from assistant.ui.texts import Interface, label_of, say
from corpus.records import Commitment, DocumentInfo

PALETTE = (
    "#0b5c7a", "#e0a100", "#4f8a5b", "#b4532a", "#6b5b95", "#2a9d8f", "#8a6d3b", "#c0587e",
    "#5b7fa6", "#9aa53b", "#7a4b3a", "#3f6f6f",
)  # fmt: skip
FONT = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'DejaVu Sans', sans-serif"
INK = "#52636e"
GRID = "rgba(120,140,150,0.25)"
TOP = 12
TOP_LEFT = 6
NONE = "–"
LABEL = 34


def by_deadline(
    rows: Sequence[Commitment], infos: Mapping[str, DocumentInfo], language: Interface
) -> go.Figure:
    """Stacked bars: commitments by deadline, coloured by goal, in document order.

    A row with several deadlines counts once for each; how many have none stands in the title.
    """
    dated = [row for row in rows if row.due]
    titled = len({row.document_id for row in dated}) > 1
    names_of = {
        row.id: _goal(row, infos[row.document_id].title if titled else "", language)
        for row in dated
    }
    counts = Counter((names_of[row.id], due) for row in dated for due in row.due)
    dues = sorted({due for _, due in counts}, key=lambda due: (not due[:1].isdigit(), due))
    names = [label_of(due, language) for due in dues]
    goals = list(dict.fromkeys(names_of.values()))
    figure = go.Figure(
        [
            go.Bar(
                x=names,
                y=[counts[(goal, due)] for due in dues],
                name=_cut(goal),
                marker_color=PALETTE[number % len(PALETTE)],
                hovertemplate=f"{goal}<br>%{{x}}: %{{y}}<extra></extra>",
            )
            for number, goal in enumerate(goals)
        ]
    )
    figure.update_layout(
        barmode="stack", legend={"orientation": "h", "y": -0.3, "x": 0, "traceorder": "normal"}
    )
    figure.update_xaxes(type="category", tickangle=-35)
    title = say("chart_due", language)
    if len(dated) < len(rows):
        undated = say("undated", language, count=len(rows) - len(dated))
        title += f"<br><span style='font-size:12px'>{undated}</span>"
    return _finished(figure, title, 420, language)


def by_name(rows: Sequence[Commitment], grouping: Grouping, language: Interface) -> go.Figure:
    """Bars of the most frequent responsible bodies or partners, most first."""
    named = [(name, count) for name, count in count_by(rows, grouping) if name != NONE][:TOP]
    names = [_cut(name) for name, _ in reversed(named)]
    figure = go.Figure(
        go.Bar(
            x=[count for _, count in reversed(named)],
            y=names,
            orientation="h",
            marker_color=PALETTE[0 if grouping is Grouping.RESPONSIBLE else 2],
            hovertemplate="%{y}: %{x}<extra></extra>",
        )
    )
    key = "chart_responsible" if grouping is Grouping.RESPONSIBLE else "chart_partners"
    return _finished(figure, say(key, language), 380, language)


def network(rows: Sequence[Commitment], language: Interface) -> go.Figure:
    """Flows from the responsible bodies to the partners they share measures with."""
    pairs: Counter[tuple[str, str]] = Counter(
        (responsible, partner)
        for row in rows
        for responsible in row.responsible_names or row.responsible
        for partner in row.partner_names or row.partners
    )
    left = _most(pairs, 0, TOP_LEFT)
    right = _most(pairs, 1, TOP)
    kept = [(a, b, n) for (a, b), n in pairs.items() if a in left and b in right]
    figure = go.Figure(
        go.Sankey(
            node={
                "label": [_cut(name) for name in (*left, *right)],
                "color": [PALETTE[0]] * len(left) + [PALETTE[2]] * len(right),
                "pad": 10,
                "thickness": 14,
                "line": {"width": 0},
            },
            link={
                "source": [left.index(a) for a, _, _ in kept],
                "target": [len(left) + right.index(b) for _, b, _ in kept],
                "value": [n for _, _, n in kept],
                "color": "rgba(11,92,122,0.22)",
            },
        )
    )
    return _finished(figure, say("chart_network", language), 440, language)


def _most(pairs: Counter[tuple[str, str]], side: int, limit: int) -> list[str]:
    counts: Counter[str] = Counter()
    for pair, count in pairs.items():
        counts[pair[side]] += count
    return [name for name, _ in sorted(counts.items(), key=lambda c: (-c[1], c[0]))[:limit]]


def _goal(row: Commitment, title: str, language: Interface) -> str:
    number = goal_of(row)
    name = say("no_goal", language) if number is None else f"{say('goal', language)} {number}"
    return f"{name} – {title}" if title else name


def _cut(name: str) -> str:
    return name if len(name) <= LABEL else name[: LABEL - 1].rstrip() + "…"


def _finished(figure: go.Figure, title: str, height: int, language: Interface) -> go.Figure:
    figure.update_layout(
        title={"text": title, "x": 0, "xanchor": "left", "font": {"size": 16}},
        height=height,
        margin={"l": 8, "r": 12, "t": 56, "b": 8},
        font={"family": FONT, "color": INK, "size": 12},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        separators=", " if language == "nb" else ".,",
    )
    figure.update_xaxes(gridcolor=GRID, automargin=True)
    figure.update_yaxes(gridcolor=GRID, automargin=True, rangemode="tozero")
    return figure
