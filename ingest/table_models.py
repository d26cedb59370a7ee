"""How likely a piece of text is a cell of a given column: the scores that `ingest.tables` adds up.

Scores are log-odds set by hand on the goal tables of one plan and the method tables of one report;
only their differences matter. They rest on form alone (deadline grammar, verb forms, sentence
marks, line lengths), and on names that occur again in the same table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from corpus import names
from corpus.deadlines import DASH, is_deadline
from ingest.table_headers import ColumnRole
from ingest.verb_forms import infinitive_strength

IMPOSSIBLE = -100.0
ROW_NUMBER = re.compile(r"^[A-ZÆØÅ]?\d{1,2}(?:\.\d{1,2}){1,2}\.?$")
FUNCTION_WORDS = frozenset(
    """
    å og eller til for i på av som at med en et ei den det de ved om fra der hvor når enn mot etter
    både samt innen mellom skal må bør vil kan er har se jfr jf mht ift the of and to in hvordan
    hvilke hvilken gjennom over under uten sin sitt sine
    """.split()
)
_MODAL = re.compile(r"\b(skal|må|bør|vil)\b")
_STARTER = re.compile(r"^(Det|Den|De|Et|En|Innen|Enkle|Når|For|Ved|Gjennom|I|På|Dette|Det)$")
_STATE = re.compile(
    r"(?:\b(?:er|har|skal|Måles|måles|Andel\w*|Antall\w*|Antallet|Prosent\w*|Minst|Vekst|Økt|Økte)\b"
    r"|(?:[a-zæøå]{2,}(?:ert|ført|nført|rdert|ttet|lert|nket|sert|rettet|blert|gitt|tatt|nådd|dret"
    r"|tak|valgt|lagt|vedtatt|etablert|endret|løst|ansatt|fattet|valgt|vurdert))\b)"
)

_ENDS_DONE = re.compile(r"^(?:\S+ ){1,5}[a-zæøå]{3,}(?:et|tt|rt|gt|nt|lt|st|dd)\.$")


def is_incomplete(text: str) -> bool:
    """Whether a text cannot end here: a function word, hyphen, comma or open bracket ends it."""
    words = text.split()
    if not words:
        return False
    last = words[-1].lower()
    if last in FUNCTION_WORDS or text.rstrip().endswith(("-", ",", "/", "(", ":", "=")):
        return not DASH.match(words[-1])
    return text.count("(") > text.count(")")


def continues(text: str) -> bool:
    """Whether a text goes on from one before it: a small letter, bullet or sign opens it."""
    first = text.lstrip()[:1]
    return first.islower() or (first in "-–•¶(),;/" and not DASH.match(text.strip()))


def looks_like_name(line: str) -> bool:
    """Whether one line has the form of an actor's name, or of a part of one."""
    text = line.strip()
    if not text or len(text.split()) > 4 or text.endswith((".", ":", ";")) or _STATE.search(text):
        return False
    return not any(word in FUNCTION_WORDS - {"i", "og", "for", "av", "på"} for word in text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class CellModel:
    """Scores for one table.

    `seen` holds folded cell texts that stood in a column of that role before, `widths` how long (in
    characters) a line of each column gets; both come from an earlier pass.
    """

    roles: Sequence[ColumnRole]
    seen: Mapping[ColumnRole, frozenset[str]] = field(default_factory=dict)
    widths: Sequence[float] = ()

    def score(self, role: ColumnRole, lines: Sequence[str]) -> float:
        """How well `lines`, taken as the opening part of one cell, fit a column of this role."""
        text = " ".join(" ".join(lines).split())
        if DASH.match(text):
            return {ColumnRole.NUMBER: IMPOSSIBLE, ColumnRole.WHEN: 0.6}.get(role, 0.5) - 6.0 * (
                role in (ColumnRole.STRATEGY, ColumnRole.MEASURE)
            )
        number = bool(ROW_NUMBER.match(text))
        if role is ColumnRole.NUMBER:
            return 8.0 if number else IMPOSSIBLE
        if role is ColumnRole.WHEN:
            return 4.0 if is_deadline(text) else IMPOSSIBLE
        penalty = 20.0 * number + 6.0 * is_deadline(text)
        return self._score_text(role, lines, text) - penalty

    def width_penalty(self, column: int, lines: Sequence[str], *, alone: bool) -> float:
        """What speaks against these lines in a column where lines are shorter.

        A line as wide as most of the table runs across all columns, so it tells nothing of the
        column; but then the cell must be `alone` on its lines.
        """
        if not self.widths:
            return 0.0
        whole = 0.6 * sum(self.widths)
        across = any(len(line) >= max(whole, 1.15 * max(self.widths)) for line in lines)
        over = sum(self.widths[column] < len(line) < whole for line in lines)
        return min(4.0, 1.5 * over) + 4.0 * (across and not alone)

    def _score_text(self, role: ColumnRole, lines: Sequence[str], text: str) -> float:
        if role in (ColumnRole.RESPONSIBLE, ColumnRole.PARTNER):
            return self._score_actors(role, lines, text)
        if role is ColumnRole.NAME:
            return _score_name(lines, text)
        if role is ColumnRole.DESCRIPTION:
            return _score_description(text)
        if role is ColumnRole.TEXT:
            return 0.3 - 2.0 * any(len(line) > 30 for line in lines)
        return self._score_sentence(role, text) - (
            4.0 if all(self._known(line) for line in _actor_lines(lines)) else 0.0
        )

    def _score_sentence(self, role: ColumnRole, text: str) -> float:
        words = text.split()
        verb = infinitive_strength(words[0], words[1] if len(words) > 1 else "")
        modal = bool(_MODAL.search(" ".join(words[:6])))
        if role is ColumnRole.STRATEGY:
            return -2.0 * (len(words) < 3) + 1.5 * modal + 0.5 * verb
        if role is ColumnRole.MEASURE:
            refers = text.startswith(("Se ", "Jf", "Som "))
            bare = not (verb > 0.5 or modal or refers)
            return -3.0 * (len(words) < 2) + 2.0 * verb + 1.5 * modal + refers - 1.0 * bare
        state = bool(_STATE.search(text)) or bool(_ENDS_DONE.search(text))
        return 1.5 * state + 0.3 * (len(words) <= 3) - 2.0 * verb

    def _score_actors(self, role: ColumnRole, lines: Sequence[str], text: str) -> float:
        if names.fold(text) in self.seen.get(role, frozenset()):
            return 4.0
        actor_lines = _actor_lines(lines)
        shape = sum(
            1.5 if self._known(line) else 0.7 if looks_like_name(line) else -1.5
            for line in actor_lines
        )
        sentence = text.endswith(".") + infinitive_strength(*[*text.split(), ""][:2])
        wide = any(len(line) > 28 for line in lines)
        return min(3.0, 2.0 * shape / len(actor_lines)) - 2.0 * sentence - 2.0 * wide

    def _known(self, line: str) -> bool:
        folded = names.fold(line)
        return names.is_known(line) or any(folded in seen for seen in self.seen.values())


def _actor_lines(lines: Sequence[str]) -> list[str]:
    """The lines of an actor cell, a hyphenated or lower-case wrap joined to the line before."""
    joined: list[str] = []
    for line in lines:
        if joined and (joined[-1].rstrip().endswith("-") or continues(line)):
            joined[-1] = f"{joined[-1].rstrip()} {line.strip()}"
        else:
            joined.append(line.strip())
    return joined


def _score_name(lines: Sequence[str], text: str) -> float:
    words = text.split()
    return (
        1.5
        - 0.1 * len(words)
        - 5.0 * any(len(line) > 42 for line in lines)
        - 2.0 * bool(re.search(r"[.:;!?]\s", text))
        - 2.0 * _ends_in_verb(words)
    )


def _ends_in_verb(words: Sequence[str]) -> float:
    """A capitalised verb at the end of a name is the first word of the description."""
    capital = len(words) > 1 and words[-1][:1].isupper()
    return infinitive_strength(words[-1], "a") if capital else 0.0


def _score_description(text: str) -> float:
    words = [*text.split(), ""]
    verb = infinitive_strength(words[0], words[1])
    return (
        1.5 * verb
        + 1.0 * bool(_STARTER.match(words[0]))
        + 0.7 * words[1][:1].islower()
        - 2.0 * (len(text) < 40)
    )
