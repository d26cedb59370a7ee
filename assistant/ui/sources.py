"""The source panel: every citation of an answer as a card with what a reader checks it by.

Used for the chat's answers and for the rows of the commitments table alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.answers import CitationJson
from assistant.library import Library
from assistant.ui.excerpts import excerpt_html
from assistant.ui.markup import escape
from assistant.ui.texts import Interface, label_of, say
from assistant.validity import Force, day_text, describe, validity_of
from corpus.records import Commitment, DocumentInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One card: a quote's place, and the label it goes by (the marker, or the row's number)."""

    label: str
    document_id: str
    section: tuple[str, ...]
    page: int | None
    start: int
    end: int

    @classmethod
    def of_citation(cls, citation: CitationJson) -> Source:
        """The source behind `[n]`."""
        return cls(
            label=str(citation.marker),
            document_id=citation.document_id,
            section=tuple(citation.section),
            page=citation.page,
            start=citation.start,
            end=citation.end,
        )

    @classmethod
    def of_commitment(cls, row: Commitment, number: int) -> Source:
        """The source behind a row of the register."""
        return cls(
            label=str(number),
            document_id=str(row.document_id),
            section=tuple(part for part in (row.goal, row.strategy) if part),
            page=row.page,
            start=row.start,
            end=row.end,
        )


def panel_html(
    library: Library,
    sources: Sequence[Source],
    *,
    group: str,
    active: str | None,
    as_of: date,
    language: Interface,
    heading: str = "sources",
) -> str:
    """The panel; `group` names the answer it belongs to, `active` the card that stands open."""
    cards = "".join(
        _card(library, source, group, source.label == active, as_of, language) for source in sources
    )
    name = escape(say(heading, language))
    empty = escape(say("sources_none" if group else "sources_empty", language))
    return (
        f'<section class="st-sources" data-group="{escape(group)}" aria-label="{name}">'
        f'<header><h2>{name}</h2><button type="button" class="st-close" data-act="close">'
        f"{escape(say('close', language))}</button></header>"
        + (cards or f'<p class="st-empty">{empty}</p>')
        + "</section>"
    )


def _card(
    library: Library, source: Source, group: str, active: bool, as_of: date, language: Interface
) -> str:
    info = library.info(source.document_id)
    page = say("page", language, page=source.page) if source.page is not None else ""
    excerpt = excerpt_html(library.document(source.document_id), source.start, source.end, language)
    return (
        f'<details class="st-source{" st-active" if active else ""}" '
        f'data-marker="{escape(source.label)}"{" open" if active else ""}>'
        f'<summary><span class="st-badge">{escape(source.label)}</span>'
        f'<span class="st-title">{escape(info.title)}</span>'
        f'<span class="st-where">{escape(page)}</span></summary>'
        f"{_path(source.section)}"
        f'<div class="st-excerpt" role="region" tabindex="0" '
        f'aria-label="{escape(say("excerpt", language))}" lang="{escape(info.language)}">'
        f"{excerpt}</div>"
        f"{facts_html(info, as_of, language)}</details>"
    )


def _path(section: Iterable[str]) -> str:
    path = " › ".join(section)
    return f'<p class="st-path">{escape(path)}</p>' if path else ""


def facts_html(info: DocumentInfo, as_of: date, language: Interface, *, badge: bool = True) -> str:
    """Publisher, kind, status, dates, validity and link of a document as a description list."""
    validity = validity_of(info, as_of)
    kind = label_of(info.kind.value, language)
    rows = [
        (say("publisher", language), escape(info.publisher)),
        (say("status", language), escape(f"{kind}, {label_of(info.status.value, language)}")),
        (say("dates", language), escape(dates_text(info, language))),
        (
            say("validity", language),
            (badge_html(validity.force, language) + " " if badge else "")
            + f"<span>{escape(describe(validity, language))}</span>",
        ),
    ]
    if info.source_url:
        rows.append((say("link", language), link_html(info.source_url, language)))
    terms = "".join(f"<dt>{escape(term)}</dt><dd>{value}</dd>" for term, value in rows)
    return f'<dl class="st-facts">{terms}</dl>'


def badge_html(force: Force, language: Interface) -> str:
    """A document's state in one or two words; colour is never the only sign."""
    name = force.value.replace(" ", "-")
    return f'<span class="st-force st-{name}">{escape(label_of(force.value, language))}</span>'


def link_html(url: str, language: Interface) -> str:
    """A link to the original; anything but http(s) is shown as text."""
    if not url.startswith(("https://", "http://")):
        return escape(url)
    return (
        f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">'
        f"{escape(say('open_link', language))}</a>"
    )


def dates_text(info: DocumentInfo, language: Interface) -> str:
    """The known dates of a document; 'unknown' when there is none."""
    known = [
        say(key, language, day=day_text(day, language))
        for key, day in (
            ("adopted_on", info.adopted),
            ("published_on", info.published),
            ("updated_on", info.updated),
        )
        if day is not None
    ]
    if info.valid_from is not None or info.valid_to is not None:
        first, last = (day_text(day, language) for day in (info.valid_from, info.valid_to))
        key = "valid_to" if info.valid_from is None else "period"
        key = "valid_from" if info.valid_to is None else key
        known.append(say(key, language, first=first, last=last))
    return "; ".join(known) or say("unknown", language)
