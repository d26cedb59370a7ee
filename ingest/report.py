"""What an ingest prints when it is done: outcome as a table or JSON, repairs and doubts in full."""

from __future__ import annotations

from collections import Counter
from typing import Any

from rich.console import Console
from rich.table import Table

from corpus.home import Home
from corpus.records import Document, Repair
from corpus.register import Register
from ingest.pipeline import IngestOutcome
from ingest.repair import UNDECODED

_WITHOUT_FIGURES = ("failed", "removed")


def outcome_as_json(outcome: IngestOutcome) -> dict[str, Any]:
    """What `stifinner ingest --json` prints."""
    return {
        "snapshot": outcome.snapshot,
        "changed": outcome.changed,
        "documents": [
            {
                "document_id": one.id,
                "change": one.change,
                "pages": one.pages,
                "passages": one.passages,
                "commitments": one.commitments,
                "doubtful_commitments": one.doubtful_commitments,
                "repairs": dict(one.repairs),
                "reason": one.reason,
                "warnings": list(one.warnings),
            }
            for one in outcome.documents
        ],
        "failures": [{"document_id": one.id, "reason": one.reason} for one in outcome.failures],
        "duplicates": [
            {
                "first": pair.first,
                "second": pair.second,
                "exact": pair.exact,
                "containment": pair.containment,
            }
            for pair in outcome.duplicates
        ],
        "lost_anchors": outcome.lost_anchors,
        "chroma_writes": outcome.chroma_writes,
        "embedded": outcome.embedded,
        "seconds": round(outcome.seconds, 2),
    }


def print_outcome(outcome: IngestOutcome) -> None:
    """A line for each document, then warnings, failures and duplicates."""
    console = Console(highlight=False, soft_wrap=True)
    console.print(_table(outcome))
    for one in outcome.documents:
        for warning in one.warnings:
            console.print(f"! {warning}", markup=False, style="yellow")
    for one in outcome.failures:
        console.print(f"! {one.id} was left out: {one.reason}", markup=False, style="red")
    for pair in outcome.duplicates:
        how = "the same file" if pair.exact else f"{pair.containment:.0%} the same text"
        console.print(f"! {pair.first} and {pair.second} are {how}; both are kept.", markup=False)
    if outcome.lost_anchors:
        console.print(
            f"! {outcome.lost_anchors} anchors of questions beside passages no longer stand in "
            "their documents; correct them in the expansions files.",
            style="yellow",
        )
    console.print(_last_line(outcome))


def _table(outcome: IngestOutcome) -> Table:
    table = Table("document", "change", "pages", "passages", "commitments", "repairs")
    for one in outcome.documents:
        figures = [one.pages or "-", one.passages, one.commitments, sum(one.repairs.values())]
        if one.change in _WITHOUT_FIGURES:
            figures = ["-"] * len(figures)
        table.add_row(one.id, one.change, *(str(figure) for figure in figures))
    return table


def _last_line(outcome: IngestOutcome) -> str:
    if outcome.snapshot is None:
        return f"Nothing could be indexed ({outcome.seconds:.1f} s)."
    state = "Indexed" if outcome.changed else "Nothing has changed"
    if not outcome.changed and all(one.change == "failed" for one in outcome.documents):
        state = "Nothing could be indexed, what was before is still served;"
    return f"{state} in {outcome.seconds:.1f} s (snapshot {outcome.snapshot})."


def print_report(home: Home) -> None:
    """Every repair and doubt of the served snapshot, document by document."""
    console = Console(highlight=False, soft_wrap=True)
    register = Register(home.current())
    for document_id in register.document_ids():
        document = register.document(document_id)
        console.print(f"\n{document_id}: {_counted(document)}", style="bold", markup=False)
        for repair in document.repairs:
            console.print(f"  {_told(repair)}", markup=False)
        for row in register.commitments([document_id]):
            if row.doubts:
                console.print(
                    f"  doubtful commitment {row.strategy_no or ''} {row.measure[:60]!r}: "
                    + "; ".join(row.doubts),
                    markup=False,
                )
    register.close()


def _counted(document: Document) -> str:
    counts = Counter(repair.name for repair in document.repairs)
    undecoded = counts.pop(UNDECODED, 0)
    kinds = ", ".join(f"{count} {name}" for name, count in counts.most_common())
    number = len(document.repairs)
    noun = "repair" if number == 1 else "repairs"
    return f"{number} {noun} ({kinds or 'none'}); undecoded glyph runs: {undecoded}"


def _told(repair: Repair) -> str:
    page = f" (p. {repair.page})" if repair.page is not None else ""
    if repair.before == repair.after:  # set apart, or told because it could not be mended
        return f"{repair.name}{page}: {repair.before!r}"
    return f"{repair.name}{page}: {repair.before!r} → {repair.after!r}"
