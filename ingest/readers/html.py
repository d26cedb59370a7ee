"""HTML: the main content of a page as headings, paragraphs, lists, tables, captions and footnotes.

Which part is the content: `<main>` or `role="main"` if the page has one, else a lone `<article>`,
else the smallest element that holds nine tenths of what trafilatura takes for the content. How it
is read: by our own walk over that part, because trafilatura's output no longer tells a cell merged
downwards from an empty one, makes a table's caption its header row, footnotes list items, and
drops captions of pictures. Menus, breadcrumbs, buttons, sharing links, asides of mere links and
hidden parts are left out; panels of accordions are hidden until clicked and are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Comment, Tag
from bs4.dammit import EncodingDetector
from bs4.element import NavigableString, PageElement

from corpus.errors import UnreadableError
from corpus.manifest import ReaderOptions
from ingest.readers.html_tables import is_layout, span_rows
from ingest.readers.txt import decode
from ingest.source import ElementKind, SourceDocument, SourceElement, SourcePage

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    }
)
_NEVER = frozenset(
    {
        "button",
        "canvas",
        "datalist",
        "head",
        "iframe",
        "input",
        "nav",
        "noscript",
        "object",
        "option",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
        "video",
        "audio",
        "math",
    }
)
_OUTSIDE_MAIN = frozenset(["header", "footer", "aside"])
_ROLES = frozenset(["navigation", "search", "dialog", "alertdialog", "menu", "menubar", "toolbar"])
_ROLES_OUTSIDE_MAIN = frozenset(["banner", "contentinfo", "complementary"])
_FOR_SCREEN_READERS = frozenset(
    ["sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "offscreen"]
)
_FURNITURE_WORDS = frozenset(
    {
        "breadcrumb",
        "breadcrumbs",
        "brodsmule",
        "brodsmuler",
        "brodsmulesti",
        "cookie",
        "cookies",
        "consent",
        "share",
        "sharing",
        "social",
        "skip",
        "skiplink",
        "pagination",
        "paging",
    }
)
_MAX_FURNITURE_CHARS = 300
_NOTE_ID = re.compile(
    r"^(?:_?ftn|fn|footnote|fotnote|note|sluttnote|endnote)[-_:.]*(\w*\d+)$", re.I
)
_BACK_REFERENCE = re.compile(r"^[\s\u21a9\ufe0e\u2191^]+$")
_PERMALINKS = frozenset("#¶§🔗")
_BLANKS = re.compile(r"[ \t\n\r\f]+")


def read(content: bytes, name: str, options: ReaderOptions) -> SourceDocument:
    """The page's content as one page without a number; its title is its only `h1`, else `<title>`.

    Raises:
        UnreadableError: the page holds no text, as pages do that are drawn by scripts.
    """
    stated = options.encoding or EncodingDetector.find_declared_encoding(content, is_html=True)
    text, warnings = decode(content, name, stated)
    soup = BeautifulSoup(text, "lxml")
    main = _main_part(soup, text)
    elements = elements_of(main)
    if not elements:
        raise UnreadableError(
            f"{name}: the page holds no text; if a browser shows some, print it to PDF from there"
        )
    page = SourcePage(number=None, elements=elements)
    return SourceDocument(pages=(page,), title=_title(soup, elements), warnings=warnings)


def elements_of(part: Tag) -> tuple[SourceElement, ...]:
    """The elements of a part of a page, in reading order."""
    notes = {
        str(tag["id"]): match[1]
        for tag in part.find_all(id=_NOTE_ID)
        if tag.name in ("li", "p", "div", "aside", "td")
        and (match := _NOTE_ID.match(str(tag["id"])))
    }
    controlled = {
        name for tag in part.select("[aria-controls]") for name in str(tag["aria-controls"]).split()
    }
    walk = _Walk(is_main=_is_main(part), notes=notes, controlled=frozenset(controlled))
    walk.container(part)
    return tuple(walk.elements)


def _main_part(soup: BeautifulSoup, text: str) -> Tag:
    body = soup.body or soup
    marked = [tag for tag in body.find_all(_is_main) if tag.get_text(strip=True)]
    articles = body.find_all("article")
    if marked:
        return max(marked, key=lambda tag: len(tag.get_text()))
    if len(articles) == 1 and len(articles[0].get_text()) > 0.3 * len(body.get_text()):
        return articles[0]
    return _part_by_trafilatura(body, text)


def _is_main(tag: Tag) -> bool:
    return tag.name == "main" or tag.get("role") == "main"


def _part_by_trafilatura(body: Tag, text: str) -> Tag:
    import trafilatura  # not needed where a page marks its content

    found = trafilatura.extract(text, favor_recall=True, include_comments=False) or ""
    words = set(re.findall(r"\w{4,}", found))
    if not words:
        return body
    part = body
    while True:
        inner = [
            child
            for child in part.find_all(True, recursive=False)
            if len(words & set(re.findall(r"\w{4,}", child.get_text(" ")))) >= 0.9 * len(words)
        ]
        if len(inner) != 1 or inner[0].name in ("p", "table", "ul", "ol"):
            return part
        part = inner[0]


def _title(soup: BeautifulSoup, elements: tuple[SourceElement, ...]) -> str | None:
    tops = [e.text for e in elements if e.kind is ElementKind.HEADING and e.level == 1]
    if len(tops) == 1:
        return tops[0]
    title = soup.title.get_text() if soup.title else ""
    return _BLANKS.sub(" ", title).strip() or None


@dataclass(slots=True)
class _Walk:
    is_main: bool
    notes: dict[str, str]
    controlled: frozenset[str]
    elements: list[SourceElement] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    heading_level: int = 0

    def add(self, kind: ElementKind, text: str, **more: int | str | None) -> None:
        if text:
            self.elements.append(SourceElement(kind=kind, text=text, **more))  # type: ignore[arg-type]

    def flush(self) -> None:
        """Loose text between blocks becomes paragraphs; two line breaks in a row divide them."""
        for part in re.split(r"\v\s*\v", "".join(self.loose)):
            self.add(ElementKind.PARAGRAPH, _one_line(part))
        self.loose.clear()

    def container(self, tag: Tag) -> None:
        for child in tag.children:
            self.child(child)
        self.flush()

    def child(self, child: PageElement) -> None:
        if isinstance(child, Tag) and self.is_left_out(child):
            return
        if not isinstance(child, Tag) or not _is_block(child):
            self.loose += self.inline(child)
            return
        self.flush()
        self.block(child)

    def block(self, tag: Tag) -> None:
        note = self.notes.get(str(tag.get("id", "")))
        if note is not None:
            self.add(ElementKind.FOOTNOTE, self.text_of(tag), mark=note)
        elif tag.name in _HEADINGS:
            self.heading(tag, _HEADINGS[tag.name])
        elif tag.name == "summary" and not tag.find(list(_HEADINGS)):
            self.heading(tag, min(self.heading_level + 1, 6), is_section=False)
        elif tag.name in ("ul", "ol", "menu"):
            self.list_of(tag, 1)
        elif tag.name == "table":
            self.table(tag)
        elif tag.name == "dd":
            self.item(tag, 1, None)
        elif tag.name in ("figcaption", "caption"):
            self.add(ElementKind.CAPTION, self.text_of(tag))
        elif tag.name == "pre":
            self.add(ElementKind.LINES, tag.get_text().strip("\n"))
        else:
            self.container(tag)

    def heading(self, tag: Tag, level: int, *, is_section: bool = True) -> None:
        self.add(ElementKind.HEADING, self.text_of(tag), level=level)
        if is_section:
            self.heading_level = level

    def list_of(self, tag: Tag, depth: int) -> None:
        number = _integer(tag.get("start"), 1)
        for child in tag.find_all(True, recursive=False):
            if self.is_left_out(child):
                continue
            if child.name in ("ul", "ol"):  # a list put beside its item instead of inside it
                self.list_of(child, depth + 1)
            elif str(child.get("id", "")) in self.notes:
                self.block(child)
            else:
                number = _integer(child.get("value"), number)
                mark = _list_mark(number, str(tag.get("type", "1"))) if tag.name == "ol" else None
                self.item(child, depth, mark)
                number += 1

    def item(self, tag: Tag, depth: int, mark: str | None) -> None:
        """One list item with its own paragraphs; lists and tables inside it follow."""
        if tag.find([*_HEADINGS, "details"]):
            self.container(tag)
            return
        own: list[str] = []
        inner = list(_past_wrappers(tag))
        while inner and not (isinstance(inner[0], Tag) and _holds_structure(inner[0])):
            own += (
                [" ", *self.inline(inner[0]), " "] if _is_block(inner[0]) else self.inline(inner[0])
            )
            inner.pop(0)
        self.add(ElementKind.LIST_ITEM, _one_line("".join(own)), level=depth, mark=mark)
        for child in inner:
            if isinstance(child, Tag) and child.name in ("ul", "ol"):
                self.flush()
                self.list_of(child, depth + 1)
            else:
                self.child(child)
        self.flush()

    def table(self, tag: Tag) -> None:
        caption = tag.find("caption", recursive=False)
        if is_layout(tag):
            self.container(tag)
            return
        if caption is not None:
            self.add(ElementKind.CAPTION, self.text_of(caption))
        rows = span_rows(tag, self.cell_text)
        if any(cell for row in rows for cell in row):
            self.elements.append(SourceElement(kind=ElementKind.TABLE, rows=rows))

    def text_of(self, tag: Tag) -> str:
        return _one_line("".join(piece for child in tag.children for piece in self.inline(child)))

    def cell_text(self, tag: Tag) -> str:
        """A cell's text, a line for each paragraph, list item or forced line."""
        text = "".join(piece for child in tag.children for piece in self.inline(child))
        lines = (_one_line(line) for line in re.split(r"[\v\f]", text))
        return "\n".join(line for line in lines if line)

    def inline(self, node: PageElement) -> Iterator[str]:
        """The node's text; a vertical tab is a line break, form feeds stand around blocks."""
        if isinstance(node, NavigableString):
            if not isinstance(node, Comment):
                yield str(node)
            return
        if not isinstance(node, Tag) or self.is_left_out(node) or self.is_reference(node):
            return
        if node.name == "br":
            yield "\v"
            return
        edge = "\f" if _is_block(node) else ""
        yield edge
        for child in node.children:
            yield from self.inline(child)
        yield edge

    def is_reference(self, tag: Tag) -> bool:
        """A link to a footnote or back from one, or a heading's link to itself."""
        if tag.name == "sup" and len(links := tag.find_all("a")) == 1:
            return links[0].get_text(strip=True) == tag.get_text(strip=True) and self.is_reference(
                links[0]
            )
        target = str(tag.get("href", ""))
        if tag.name != "a" or not target.startswith("#"):
            return False
        text = tag.get_text(strip=True)
        return target[1:] in self.notes or text in _PERMALINKS or bool(_BACK_REFERENCE.match(text))

    def is_left_out(self, tag: Tag) -> bool:
        if tag.name in _NEVER or tag.get("role") in _ROLES:
            return True
        if not self.is_main and (
            tag.get("role") in _ROLES_OUTSIDE_MAIN
            or (tag.name in _OUTSIDE_MAIN and tag.find_parent("article") is None)
        ):
            return True
        return self.is_hidden(tag) or _is_furniture(tag) or _leads_elsewhere(tag)

    def is_hidden(self, tag: Tag) -> bool:
        if _FOR_SCREEN_READERS & set(tag.get_attribute_list("class")):
            return True
        style = str(tag.get("style", "")).replace(" ", "").lower()
        is_icon = tag.get("aria-hidden") == "true" and len(tag.get_text(strip=True)) <= 3
        is_hidden = "display:none" in style or tag.has_attr("hidden")
        return is_icon or (is_hidden and str(tag.get("id", "")) not in self.controlled)


def _is_furniture(tag: Tag) -> bool:
    names = " ".join(map(str, [*tag.get_attribute_list("class"), tag.get("id")]))
    if not _FURNITURE_WORDS & set(re.split(r"[^a-zæøå]+", names.lower())):
        return False
    return len(tag.get_text(strip=True)) <= _MAX_FURNITURE_CHARS


def _leads_elsewhere(tag: Tag) -> bool:
    """An aside of links alone, its headings aside: related pages."""
    if tag.name != "aside" and tag.get("role") != "complementary":
        return False
    titles = sum(len(h.get_text(strip=True)) for h in tag.find_all(list(_HEADINGS)))
    links = sum(
        len(a.get_text(strip=True)) for a in tag.find_all("a") if not a.find_parent(list(_HEADINGS))
    )
    return links > 0 and titles + links >= 0.9 * len(tag.get_text(strip=True))


def _is_block(node: PageElement) -> bool:
    """A block, or an inline tag around one (a link around a whole card)."""
    return isinstance(node, Tag) and (
        node.name in _BLOCKS or (node.name != "br" and node.find(list(_BLOCKS)) is not None)
    )


def _holds_structure(tag: Tag) -> bool:
    structures = ["ul", "ol", "table", "dl", "pre"]
    return tag.name in structures or tag.find(structures) is not None


def _past_wrappers(tag: Tag) -> Iterator[PageElement]:
    """The children, with those of a `div` that wraps a nested list in its place."""
    for child in tag.children:
        if isinstance(child, Tag) and child.name in ("div", "section") and _holds_structure(child):
            yield from _past_wrappers(child)
        else:
            yield child


def _one_line(text: str) -> str:
    return _BLANKS.sub(" ", text.replace("\v", " ")).strip(" ")


def _integer(value: object, default: int) -> int:
    return int(str(value)) if re.fullmatch(r"-?\d{1,6}", str(value)) else default


def _list_mark(number: int, style: str) -> str:
    if style in ("a", "A") and 1 <= number <= 26:
        return f"{chr(ord(style) + number - 1)}."
    return f"{number}."
