"""How deep each heading lies, from numbers and order alone.

Numbered headings place themselves: "3.2.1" lies below "3.2", "2." beside "1.". An unnumbered one
lies below the numbered heading it follows as long as that numbering goes on ("2.3 …" to "3 …");
where the numbering has ended, it opens a chapter again, if the document opened chapters so before.
"Lokale behov:" with a colon ranks below an unnumbered heading without one, and a title that in
other places has the colon counts as having it. Headings that name the members of a list promised
above ("forventes det følgende av en del aktører:") lie below the section that promises it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.markers import Mark, MarkKind

LABEL_WORDS = 6  # a longer title with a colon is a title, not a label


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading whose level is sought.

    `given_level` is what a marked-up source says. `follows_heading`: no text stands between it and
    the heading above. `introduced_by` names the lead-in whose list it is part of.
    """

    title: str
    mark: Mark | None = None
    opens_page: bool = False
    follows_heading: bool = False
    introduced_by: int | None = None
    given_level: int | None = None


@dataclass(frozen=True, slots=True)
class _Open:
    index: int
    level: int
    form: str  # "given", "numbered", "plain", "colon" or "member"


def section_title(text: str) -> str:
    """A heading as it is named in section paths: without a colon at its end."""
    return text.rstrip(" :") or text


def infer_levels(headings: Sequence[Heading]) -> list[int]:
    """The level of each heading, 1 the outermost; never more than one below its parent."""
    colon_titles = {_bare(heading.title) for heading in headings if _has_colon(heading)}
    numbered = [k for k, heading in enumerate(headings) if _number(heading)]
    plain_opens = bool(headings) and (not numbered or numbered[0] > 0)
    levels: list[int] = []
    path: list[_Open] = []
    members: dict[int, int] = {}
    seen: dict[_Place, int] = {}
    latest = {_place(heading): k for k, heading in enumerate(headings) if _number(heading)}
    for index, heading in enumerate(headings):
        form = _form(heading, colon_titles)
        if form == "given":
            level = heading.given_level or 1
        elif form == "numbered":
            level = _numbered_level(heading, levels, seen, path, plain_opens)
        elif form == "member":
            key = heading.introduced_by or 0
            level = members.setdefault(key, path[-1].level + 1 if path else 1)
        else:
            level = _free_level(index, form, headings, path, plain_opens, latest)
        path = [opened for opened in path if opened.level < level]
        level = min(level, path[-1].level + 1) if path and form != "given" else level
        level = level if path or form == "given" else 1
        path.append(_Open(index, level, form))
        levels.append(level)
        if _number(heading):
            seen[_place(heading)] = seen["", _number(heading)] = index
    return levels


def _form(heading: Heading, colon_titles: set[str]) -> str:
    if heading.given_level is not None:
        return "given"
    if _number(heading):
        return "numbered"
    if heading.introduced_by is not None:
        return "member"
    return "colon" if _bare(heading.title) in colon_titles else "plain"


def _number(heading: Heading) -> tuple[int, ...]:
    return heading.mark.number if heading.mark is not None and heading.given_level is None else ()


def _has_colon(heading: Heading) -> bool:
    is_free = heading.given_level is None and not _number(heading)
    return is_free and heading.title.endswith(":") and len(heading.title.split()) <= LABEL_WORDS


def _bare(title: str) -> str:
    return title.rstrip(" :").casefold()


def _family(heading: Heading) -> str:
    return heading.mark.family if heading.mark is not None else ""


_Place = tuple[str, tuple[int, ...]]  # a heading's family and number


def _place(heading: Heading) -> _Place:
    return _family(heading), _number(heading)


def _before(place: _Place) -> _Place:
    """The number that precedes: "1" before "2", "3.1" before "3.2"."""
    family, number = place
    return family, (*number[:-1], number[-1] - 1)


def _after(place: _Place) -> _Place:
    family, number = place
    return family, (*number[:-1], number[-1] + 1)


def _numbered_level(
    heading: Heading,
    levels: Sequence[int],
    seen: Mapping[_Place, int],
    path: Sequence[_Open],
    plain_opens: bool,
) -> int:
    """The level of its sibling or one below its parent, whichever stands nearer above.

    `seen` says where each family and number stood last; family "" stands for any.
    """
    number = _number(heading)
    sibling = seen.get(_before(_place(heading)), -1)
    parent = seen.get(("", number[:-1]), -1) if len(number) > 1 else -1
    if max(sibling, parent) >= 0:
        return levels[sibling] if sibling > parent else levels[parent] + 1
    if len(number) > 1:
        return len(number)
    if heading.mark is not None and heading.mark.kind is MarkKind.WORD:
        return 1
    outer = [opened for opened in path if opened.form in ("plain", "given", "numbered")]
    return outer[-1].level + 1 if plain_opens and outer else 1


def _free_level(
    index: int,
    form: str,
    headings: Sequence[Heading],
    path: Sequence[_Open],
    plain_opens: bool,
    latest: Mapping[_Place, int],
) -> int:
    heading = headings[index]
    if not path:
        return 1
    top = path[-1]
    if heading.follows_heading and top.form != "colon":
        return top.level + 1
    if form == "colon":
        colons = [opened for opened in path if opened.form == "colon"]
        return colons[-1].level if colons else _under_members(path) + 1
    anchors = [opened for opened in path if opened.form in ("numbered", "given")]
    if (
        anchors
        and plain_opens
        and heading.opens_page
        and not _goes_on(index, headings, anchors, latest)
    ):
        plain = [opened for opened in path if opened.form == "plain"]
        return plain[0].level if plain and plain[0].index < anchors[0].index else 1
    if anchors:
        return anchors[-1].level + 1
    # A first line straight above the next heading is a masthead: the rest lies below it.
    if path[0].index == 0 and headings[1].follows_heading:
        return 2
    return next((opened.level for opened in path if opened.form == "plain"), 1)


def _under_members(path: Sequence[_Open]) -> int:
    outer = [opened for opened in path if opened.form != "member"]
    return outer[-1].level if outer else 0


def _goes_on(
    index: int,
    headings: Sequence[Heading],
    anchors: Sequence[_Open],
    latest: Mapping[_Place, int],
) -> bool:
    """Whether a later heading carries on the numbering of one of the open numbered headings."""
    open_numbers = (_place(headings[a.index]) for a in anchors if _number(headings[a.index]))
    return any(latest.get(_after(place), -1) > index for place in open_numbers)
