"""What a file says about itself, proposed as a manifest entry with the line that says it.

Nothing is written and nothing is certain: "vedtatt 4. desember 2008" may speak of another plan. So
each proposal carries its evidence, the second-best ones are listed beside it, and a field that no
line speaks of stays unknown. Candidates rank by how near the evidence is to being about this very
document: words of its title in the same sentence first, then the order of the text. Only whole
dates are proposed; status words count at the head of a document, where it says what it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import yaml

from corpus.language import detect_language
from corpus.manifest import UNKNOWN, slug
from corpus.records import DocumentKind, DocumentStatus
from ingest.dates import find_dates
from ingest.source import ElementKind, SourceDocument

_HEAD_LINES = 15
_EVIDENCE_CHARS = 160
_OPEN_END = re.compile(r"\b(?:for|til|i|av|og|om|på|the|of|and)$|^forslag til$", re.IGNORECASE)
_KINDS = (
    (DocumentKind.STRATEGY, re.compile(r"strategi|strategisk|strategy", re.IGNORECASE)),
    (DocumentKind.PLAN, re.compile(r"plan(?:en|ens)?\b", re.IGNORECASE)),
    (DocumentKind.REPORT, re.compile(r"rapport|veikart|utredning|report|roadmap", re.IGNORECASE)),
    (DocumentKind.GUIDELINE, re.compile(r"retningslinje|veileder|guideline", re.IGNORECASE)),
)
_PROPOSAL = re.compile(
    r"^\s*(?:forslag\b|utkast\b|høring(?:sutkast|sforslag|sdokument)\b|draft\b|proposal\b)"
    r"|\b(?:høringsutkast|på høring|til høring|offentlig ettersyn)\b",
    re.IGNORECASE,
)
_ADOPTED = re.compile(r"\b(?:vedtatt|vedtok|vedteken|vedteke|adopted|approved)\b", re.IGNORECASE)
_UPDATED = re.compile(
    r"\b(?:sist\s+(?:oppdatert|endret|endra|revidert)|(?:last\s+)?(?:updated|modified))\b",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"\b(?:publisert|utgitt|utgjeven|published|utgivelsesdato|dato)\b", re.IGNORECASE
)
_VALID = re.compile(
    r"\b(?:gjelder|gjeld|gyldig|i kraft|valid|in force)\b.{0,20}\b(?:fra|frå|from)\b", re.I
)
_PERIOD = re.compile(r"\b((?:19|20)\d\d)\s*[-–—]\s*((?:19|20)\d\d)\b")
_HORIZON = re.compile(
    r"\b(?:(?:fram|frem|henimot|innen|mot|by|towards|until)\s+(?:mot\s+)?(?:år(?:et)?\s+)?(?P<year>20\d\d)"
    r"|in?\s+(?P<goal>20\d\d),?\s+(?:er|har|skal|vil|is|are|has|will))\b",
    re.IGNORECASE,
)
_PUBLISHER = re.compile(
    r"\b(?:utgiver|utgitt\s+av|utarbeid(?:et|d)(?:\s+for\s+[^.,;:]{1,60}?)?\s+av|publisher|published\s+by)"
    r"\s*:?\s+(?P<name>[A-ZÆØÅ][^.;:\n]{2,80})",
    re.IGNORECASE,
)
_MUNICIPALITY = re.compile(
    r"\b(?!(?:Alle|Denne|Den|Egen|En|Hele|Hver|Ny|Vår|The|This|Each|Every)\b)"
    r"[A-ZÆØÅ][a-zæøåA-ZÆØÅ-]+ (?:fylkeskommune|kommune|Municipality)\b"
)
_NO_TITLE = re.compile(
    r"^(?:\d|(?:forord|innhold(?:sfortegnelse)?|innledning|innleiing|bakgrunn|sammendrag|preface|contents|"
    r"introduction|summary|side \d+)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A value for a field of the manifest, the text it rests on, and its page if it has one."""

    field: str
    value: str
    evidence: str
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestSuggestion:
    """Proposals for one file: for each field the best first. Fields without one are unknown."""

    file: str
    proposals: tuple[Proposal, ...]

    def best(self, field: str) -> Proposal | None:
        """The first proposal for `field`; None when the file does not speak of it."""
        return next((found for found in self.proposals if found.field == field), None)

    def to_yaml(self) -> str:
        """An entry to paste under `documents:`, each value with its evidence as a comment."""
        lines = [
            f"  - id: {slug(PurePosixPath(self.file).stem)}",
            f"    file: {_scalar(self.file)}",
        ]
        for field in _FIELDS:
            found = [proposal for proposal in self.proposals if proposal.field == field]
            lines.append(f"    {field}: {_scalar(found[0].value) if found else UNKNOWN}")
            for number, proposal in enumerate(found):
                other = f"or {proposal.value}: " if number else ""
                where = f" (page {proposal.page})" if proposal.page is not None else ""
                lines.append(f"      # {other}“{proposal.evidence}”{where}")
        return "\n".join(lines) + "\n"


_FIELDS = (
    "title",
    "publisher",
    "kind",
    "status",
    "adopted",
    "published",
    "updated",
    "valid_from",
    "valid_to",
    "replaces",
    "replaced_by",
    "language",
    "source_url",
    "rights",
    "sha256",
    "note",
)
_MOST_PROPOSALS = 3
_LEAST_MENTIONS = 3  # fewer times, a year is any year of the text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    text: str
    page: int | None
    is_heading: bool = False
    opens_paragraph: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """A line between its neighbours, [start, end) of `text`; paragraphs are two breaks apart."""

    text: str
    page: int | None
    start: int
    end: int


def suggest(source: SourceDocument, name: str, *, sha256: str = "") -> ManifestSuggestion:
    """What `source` says of itself; at most three proposals a field, values as in a manifest.

    `name` is the file's name, as the entry will give it, and `sha256` its hash if known. Never
    reads or writes a file.
    """
    lines = list(_lines(source))
    title = _title(source, lines)
    title_words = set() if title is None else _words(title.value)
    windows = list(_windows(lines))
    found: list[Proposal] = [] if title is None else [title]
    found += _publishers(lines)
    found += _kinds(title)
    dated = [
        *_dated("adopted", _ADOPTED, windows, title_words),
        *_dated("published", _PUBLISHED, windows, title_words),
        *_dated("updated", _UPDATED, windows, title_words),
        *_dated("valid_from", _VALID, windows, title_words),
    ]
    found += _statuses(title, lines, dated)
    found += dated
    found += _horizons(title, lines)
    found += _language(lines)
    if sha256:
        found.append(Proposal(field="sha256", value=sha256, evidence=f"sha256sum {name}"))
    return ManifestSuggestion(file=name, proposals=tuple(found))


def _lines(source: SourceDocument) -> Iterator[_Line]:
    for page in source.pages:
        for element in page.elements:
            is_heading = element.kind is ElementKind.HEADING
            opens = True
            for text in element.text.split("\n"):
                if text.strip():
                    yield _Line(
                        text=" ".join(text.split()),
                        page=page.number,
                        is_heading=is_heading,
                        opens_paragraph=opens,
                    )
                opens = not text.strip()
            for row in element.rows:
                yield _Line(text=" ".join(filter(None, row)), page=page.number)


def _windows(lines: Sequence[_Line]) -> Iterator[_Window]:
    for number, line in enumerate(lines):
        text = ""
        start = 0
        for other in lines[max(0, number - 1) : number + 2]:
            text += ("\n\n" if other.opens_paragraph else "\n") if text else ""
            start = len(text) if other is line else start
            text += other.text
        yield _Window(text=text, page=line.page, start=start, end=start + len(line.text))


def _words(text: str) -> set[str]:
    return {word.lower()[:8] for word in re.findall(r"[^\W\d_]{5,}", text)}


def _proposal(field: str, value: str, text: str, page: int | None, at: int = 0) -> Proposal:
    """A proposal with the stretch of `text` around `at` as evidence, cut at words."""
    start = max(0, at - _EVIDENCE_CHARS // 2)
    cut = text[start : start + _EVIDENCE_CHARS]
    if start > 0:
        cut = "…" + cut.partition(" ")[2]
    if start + _EVIDENCE_CHARS < len(text):
        cut = cut.rpartition(" ")[0] + "…"
    return Proposal(field=field, value=str(value), evidence=cut, page=page)


def _title(source: SourceDocument, lines: Sequence[_Line]) -> Proposal | None:
    """The file's own title, else its first heading, else its first line with what completes it.

    None when the file opens with a preface, a numbered chapter or the like: its title page is lost.
    """
    if source.title:
        return Proposal(field="title", value=source.title, evidence=source.title)
    own = [line for line in lines[:_HEAD_LINES] if not _MUNICIPALITY.fullmatch(line.text)]
    if not own or _NO_TITLE.match(own[0].text):
        return None
    first = next((line for line in own if line.is_heading and not _NO_TITLE.match(line.text)), None)
    if first is not None:
        return _proposal("title", first.text, first.text, first.page)
    parts = [own[0].text]
    for line in own[1:4]:
        if not _OPEN_END.search(parts[-1]):
            break
        parts.append(line.text)
    title = " ".join(parts)
    return _proposal("title", title, title, own[0].page)


def _publishers(lines: Sequence[_Line]) -> list[Proposal]:
    found = [
        _proposal("publisher", match["name"].strip(), line.text, line.page, match.start())
        for line in lines
        if (match := _PUBLISHER.search(line.text)) and len(match["name"].split()) <= 8
    ][:1]
    named = [(m[0], line, m.start()) for line in lines for m in _MUNICIPALITY.finditer(line.text)]
    counts = Counter(name for name, _, _ in named).most_common(2)
    for name, count in counts:
        line, at = next((line, at) for other, line, at in named if other == name)
        if 2 * count >= counts[0][1]:  # a name met half as often is of another municipality
            found.append(_proposal("publisher", name, line.text, line.page, at))
    return found


def _kinds(title: Proposal | None) -> list[Proposal]:
    if title is None:
        return []
    return [
        Proposal(field="kind", value=str(kind), evidence=title.evidence, page=title.page)
        for kind, pattern in _KINDS
        if pattern.search(title.value)
    ][:1]


def _statuses(
    title: Proposal | None, lines: Sequence[_Line], dated: Sequence[Proposal]
) -> list[Proposal]:
    """Proposal before adopted: a draft often tells when it is to be adopted."""
    found = [
        _proposal("status", DocumentStatus.PROPOSAL, line.text, line.page)
        for line in lines[:_HEAD_LINES]
        if _PROPOSAL.search(line.text)
    ]
    found += [
        _proposal("status", DocumentStatus.ADOPTED, line.text, line.page)
        for line in lines[:_HEAD_LINES]
        if _ADOPTED.match(line.text)
    ]
    if title is not None and _PROPOSAL.search(title.value):
        found.append(_proposal("status", DocumentStatus.PROPOSAL, title.value, title.page))
    of_field = {"adopted": DocumentStatus.ADOPTED, "updated": DocumentStatus.IN_FORCE_AT_DATE}
    found += [
        Proposal(field="status", value=str(of_field[p.field]), evidence=p.evidence, page=p.page)
        for p in dated
        if p.field in of_field
    ]
    return _distinct(found)


def _dated(
    field: str, word: re.Pattern[str], windows: Sequence[_Window], title_words: set[str]
) -> list[Proposal]:
    """Dates that stand within 60 characters after the word, or just before it."""
    ranked: list[tuple[int, Proposal]] = []
    for window in windows:
        for match in word.finditer(window.text):
            if not window.start <= match.start() < window.end:
                continue
            sentence = _sentence_at(window.text, match.start(), match.end())
            shared = len(title_words & _words(sentence))
            for found in find_dates(window.text):
                gap = found.start - match.end()
                if 0 <= gap <= 60 or 0 <= match.start() - found.end <= 15:
                    day = found.day.isoformat()
                    shown = " ".join(window.text.split())
                    at = len(" ".join(window.text[: match.start()].split()))
                    ranked.append((shared, _proposal(field, day, shown, window.page, at)))
    # Sorting keeps the text's order among equals.
    return _distinct([proposal for _, proposal in sorted(ranked, key=lambda entry: -entry[0])])


_SENTENCE_END = re.compile(r"[.!?]\s+(?=[A-ZÆØÅ])|\n\n")


def _sentence_at(text: str, start: int, end: int) -> str:
    ends = list(_SENTENCE_END.finditer(text))
    first = max((match.end() for match in ends if match.end() <= start), default=0)
    last = min((match.start() for match in ends if match.start() >= end), default=len(text))
    return text[first:last]


def _horizons(title: Proposal | None, lines: Sequence[_Line]) -> list[Proposal]:
    """The end of a period in the title, else the year that the text looks forward to most often."""
    period = None if title is None else _PERIOD.search(title.value)
    if period and title is not None:
        return [_proposal("valid_to", f"{period[2]}-12-31", title.evidence, title.page)]
    named = [
        (m["year"] or m["goal"], line, m.start())
        for line in lines
        for m in _HORIZON.finditer(line.text)
    ]
    counts = Counter(year for year, _, _ in named)
    latest = sorted(
        (year for year, count in counts.items() if count >= 3), key=lambda y: -counts[y]
    )
    return [
        _proposal("valid_to", f"{year}-12-31", line.text, line.page, at)
        for year in latest
        for line, at in [next((line, at) for other, line, at in named if other == year)]
    ]


def _language(lines: Sequence[_Line]) -> list[Proposal]:
    text = " ".join(line.text for line in lines[:200])
    if len(text.split()) < 5:
        return []
    return [_proposal("language", detect_language(text), text, lines[0].page)]


def _distinct(proposals: Sequence[Proposal]) -> list[Proposal]:
    best: dict[str, Proposal] = {}
    for proposal in proposals:
        best.setdefault(proposal.value, proposal)
    return list(best.values())[:_MOST_PROPOSALS]


def _scalar(value: str) -> str:
    """`value` as YAML on one line, quoted where YAML needs it."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return value
    written = yaml.safe_dump(value, allow_unicode=True, width=10_000)
    return written.removesuffix("\n...\n").strip()
