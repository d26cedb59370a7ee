"""The report's plots, made with plotly; each is a fragment for a page that holds plotly.js once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go  # type: ignore[import-untyped]
import plotly.offline  # type: ignore[import-untyped]

from eval.scoring import CUTS
from eval.summary import EstimateJson, MetricsJson

# Without these plotly offers to upload a plot to its makers' servers.
CONFIG = {
    "displaylogo": False,
    "responsive": True,
    "modeBarButtons": [["toImage"]],
    "plotlyServerURL": "",
}
_HEIGHT_PX = 340
_COLOUR, _SECOND = "#2f5d62", "#b4693c"


def plotly_script() -> str:
    """The text of plotly.js, to be put inline so that the page needs no network."""
    script: str = plotly.offline.get_plotlyjs()
    return script


def headline_figure(measures: Mapping[str, EstimateJson], names: Sequence[str]) -> str:
    """Bars of some measures with their intervals, as an HTML fragment."""
    shown = [name for name in names if name in measures]
    return _bars(shown, [measures[name] for name in shown], "Headline measures, 95 % interval")


def cut_figure(metrics: MetricsJson) -> str:
    """success@k over k, all questions and each language, as an HTML fragment."""
    figure = go.Figure()
    parts = {"all": metrics.measures, **metrics.slices.get("language", {})}
    for name, measures in parts.items():
        points = [(k, measures[f"success@{k}"].value) for k in CUTS if f"success@{k}" in measures]
        if points:
            xs, ys = zip(*points, strict=True)
            figure.add_scatter(x=xs, y=ys, name=name, mode="lines+markers")
    figure.update_xaxes(title="k", tickvals=list(CUTS))
    return _fragment(figure, "success@k by language")


def slice_figure(metrics: MetricsJson, slice_name: str, measure: str) -> str:
    """Bars of one measure over the values of a slice, as an HTML fragment."""
    parts = metrics.slices.get(slice_name, {})
    shown = [value for value, measures in parts.items() if measure in measures]
    return _bars(shown, [parts[value][measure] for value in shown], f"{measure} by {slice_name}")


def latency_figure(totals_ms: Sequence[float]) -> str:
    """Histogram of the answers' total times, as an HTML fragment."""
    figure = go.Figure(go.Histogram(x=list(totals_ms), marker_color=_COLOUR))
    figure.update_xaxes(title="milliseconds")
    figure.update_yaxes(title="questions", autorange=True)
    return _fragment(figure, "Latency of an answer", unit_range=False)


def _bars(names: Sequence[str], estimates: Sequence[EstimateJson], title: str) -> str:
    figure = go.Figure(
        go.Bar(
            x=[f"{name} (n={e.n})" for name, e in zip(names, estimates, strict=True)],
            y=[e.value for e in estimates],
            marker_color=_COLOUR,
            error_y={
                "type": "data",
                "symmetric": False,
                "color": _SECOND,
                "array": [_gap(e.high, e.value) for e in estimates],
                "arrayminus": [_gap(e.value, e.low) for e in estimates],
            },
        )
    )
    return _fragment(figure, title)


def _gap(high: float | None, low: float | None) -> float:
    return 0.0 if high is None or low is None else high - low


def _fragment(figure: go.Figure, title: str, *, unit_range: bool = True) -> str:
    figure.update_layout(
        title=title,
        height=_HEIGHT_PX,
        margin={"l": 50, "r": 20, "t": 50, "b": 60},
        template="plotly_white",
    )
    if unit_range:
        figure.update_yaxes(range=[0, 1.05])
    fragment: str = figure.to_html(
        full_html=False,
        include_plotlyjs=False,
        include_mathjax=False,
        config=CONFIG,
    )
    return fragment
