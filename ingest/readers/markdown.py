"""Markdown: CommonMark with tables, footnotes and a front matter, as typed elements.

markdown-it-py parses it; HTML inside goes to the HTML reader's walk. Footnotes (`[^1]: …`) and the
front matter are no part of CommonMark and are taken out first: markdown-it would take a footnote
for a link's address and lose it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import yaml
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus.manifest import ReaderOptions
from ingest.readers.html import elements_of
from ingest.readers.txt import decode
from ingest.source import ElementKind, SourceDocument, SourceElement, SourcePage

_DEEPEST = 400  # the parser's own limit for CommonMark is 20, and it drops what stands deeper
_FRONT_MATTER = re.compile(
    r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
_FOOTNOTE = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:[ \t]*(.*(?:\n(?: {2,}|\t).*)*)\n?", re.MULTILINE)
_REFERENCE = re.compile(r"\[\^[^\]\s]+\]")


def read(content: bytes, name: str, options: ReaderOptions) -> SourceDocument:
    """The elements as one page without a number; the title is the front matter's or the only H1.

    Footnotes stand at the end, in the order of the file.

    Raises:
        UnreadableError: the bytes are not text in an encoding we know.
    """
    text, warnings = decode(content, name, options.encoding)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    title, text = _take_front_matter(text)
    notes, text = _take_footnotes(text)
    elements = (*_elements(_parser().parse(text)), *notes)
    tops = [e.text for e in elements if e.kind is ElementKind.HEADING and e.level == 1]
    return SourceDocument(
        pages=(SourcePage(number=None, elements=elements),),
        title=title or (tops[0] if len(tops) == 1 else None),
        warnings=warnings,
    )


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"])


def _take_front_matter(text: str) -> tuple[str | None, str]:
    """The front matter's title and the text after it; text between two rules is no front matter."""
    front = _FRONT_MATTER.match(text)
    try:
        fields = yaml.safe_load(front[1]) if front else None
    except yaml.YAMLError:
        fields = None
    if front is None or not isinstance(fields, dict):
        return None, text
    title = fields.get("title")
    return (" ".join(str(title).split()) if title else None), text[front.end() :]


def _take_footnotes(text: str) -> tuple[list[SourceElement], str]:
    notes: list[SourceElement] = []

    def take(match: re.Match[str]) -> str:
        inner = " ".join(e.text for e in _elements(_parser().parse(match[2])))
        notes.append(SourceElement(kind=ElementKind.FOOTNOTE, text=inner, mark=match[1]))
        return "\n"

    fences = re.compile(r"^(`{3,}|~{3,}).*?^\1[`~]*[ \t]*$", re.DOTALL | re.MULTILINE)
    parts: list[str] = []
    end = 0
    for fence in fences.finditer(text):
        parts += [_strip_references(_FOOTNOTE.sub(take, text[end : fence.start()])), fence[0]]
        end = fence.end()
    parts.append(_strip_references(_FOOTNOTE.sub(take, text[end:])))
    return notes, "".join(parts)


def _strip_references(text: str) -> str:
    return _REFERENCE.sub("", text)


@dataclass(slots=True)
class _List:
    ordered: bool
    number: int
    delimiter: str


@dataclass(slots=True)
class _Walk:
    elements: list[SourceElement] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    awaits_item: bool = False

    def add_text(self, text: str) -> None:
        """A paragraph, or the text of the list item just opened."""
        if not text:
            return
        if not self.awaits_item:
            self.elements.append(SourceElement(kind=ElementKind.PARAGRAPH, text=text))
            return
        here = self.lists[-1]
        mark = f"{here.number}{here.delimiter}" if here.ordered else None
        self.awaits_item = False
        self.elements.append(
            SourceElement(kind=ElementKind.LIST_ITEM, text=text, level=len(self.lists), mark=mark)
        )


def _elements(tokens: Sequence[Token]) -> tuple[SourceElement, ...]:
    walk = _Walk()
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token.type == "table_open":
            end = next(i for i in range(position, len(tokens)) if tokens[i].type == "table_close")
            walk.elements.append(_table(tokens[position:end]))
            position = end
        elif token.type == "heading_open":
            text = _inline(tokens[position + 1])
            if text:
                level = int(token.tag[1])
                walk.elements.append(
                    SourceElement(kind=ElementKind.HEADING, text=text, level=level)
                )
            position += 2
        else:
            _step(token, walk)
        position += 1
    return tuple(walk.elements)


def _step(token: Token, walk: _Walk) -> None:
    if token.type in ("bullet_list_open", "ordered_list_open"):
        start = int(token.attrGet("start") or 1)
        walk.lists.append(_List(token.type == "ordered_list_open", start - 1, token.markup))
    elif token.type in ("bullet_list_close", "ordered_list_close"):
        walk.lists.pop()
    elif token.type == "list_item_open":
        walk.lists[-1].number += 1
        walk.awaits_item = True
    elif token.type == "list_item_close":
        walk.awaits_item = False
    elif token.type == "inline":
        walk.add_text(_inline(token))
    elif token.type in ("fence", "code_block") and token.content.strip():
        walk.elements.append(SourceElement(kind=ElementKind.LINES, text=token.content.strip("\n")))
    elif token.type == "html_block":
        walk.elements += elements_of(BeautifulSoup(token.content, "lxml"))


def _inline(token: Token) -> str:
    """The visible text on one line; a picture's description is no text of the page."""
    return "".join(_pieces(token.children or [])).replace("\n", " ").strip()


def _cell_text(token: Token) -> str:
    """A cell's text, broken where `<br>` says so."""
    lines = "".join(_pieces(token.children or [])).split("\n")
    return "\n".join(line.strip() for line in lines if line.strip())


def _pieces(children: Sequence[Token]) -> Iterator[str]:
    for child in children:
        if child.type in ("text", "code_inline"):
            yield child.content
        elif child.type in ("softbreak", "hardbreak") or _is_html_break(child):
            yield "\n" if _is_html_break(child) else " "


def _is_html_break(token: Token) -> bool:
    return token.type == "html_inline" and token.content.lower().startswith("<br")


def _table(tokens: Sequence[Token]) -> SourceElement:
    rows: list[list[str]] = []
    for before, token in zip((None, *tokens), tokens, strict=False):
        if token.type == "tr_open":
            rows.append([])
        elif (
            token.type == "inline" and before is not None and before.type in ("th_open", "td_open")
        ):
            rows[-1].append(_cell_text(token))
    return SourceElement(kind=ElementKind.TABLE, rows=tuple(tuple(row) for row in rows))
