"""The query language of the register as a language model's tool.

The model fills in a form by structured output; it never sees or writes rows. What it fills in must
be known to the register: documents, goals, strategy numbers and actors, and a deadline that can be
read as one. A form with anything else, or with no field at all, is no query, and the question is
answered from the passages.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.commitment_grammar import Understood, Wanted
from assistant.commitment_query import CommitmentQuery, goal_of
from corpus.deadlines import machine_readable
from corpus.errors import GenerationError
from corpus.names import fold, forms_of
from corpus.records import Commitment

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

MOST_NAMES: Final = 150
LONGEST_GOAL: Final = 80
LONGEST_TEXT: Final = 60
PROMPT: Final = (
    "You turn a question about the commitments of municipal plans into a filter. Fill in only what "
    "the question says, with values from the lists; leave the other fields empty. If it cannot be "
    "answered by listing or counting commitments, set is_about_commitments to false.\n"
    "Documents:\n{documents}\nGoals:\n{goals}\nStrategies: {strategies}\nActors: {actors}"
)


class CommitmentForm(BaseModel):
    """A filter on a register of commitments in municipal plans. All fields given must hold."""

    model_config = ConfigDict(extra="forbid")

    is_about_commitments: bool = Field(
        description="Whether listing or counting commitments answers the question"
    )
    documents: list[str] = Field(default_factory=list, description="Ids of documents it names")
    goal: str | None = Field(None, description="A goal's number, such as 6")
    strategy: str | None = Field(None, description="A strategy's number, such as 4.1")
    responsible: str | None = Field(None, description="Actor who is to do it")
    partner: str | None = Field(None, description="Actor who takes part")
    actor: str | None = Field(None, description="Actor whose role is not said")
    due: str | None = Field(None, description="A year, or yearly, monthly, continuous")
    text: str | None = Field(None, description="Norwegian words the commitment must contain")
    modality: Literal["must", "will", "should", "expected"] | None = Field(
        None, description="Only if the question asks how binding it is; expected: 'forventes'"
    )
    wanted: Wanted = Field(Wanted.ROWS, description="What to list or count")


class CommitmentTool:
    """Asks a chat model for a query and checks it against the register."""

    def __init__(self, model: BaseChatModel) -> None:
        self._model = model

    def understand(
        self,
        question: str,
        rows: Sequence[Commitment],
        titles: Mapping[str, str],
        documents: Sequence[str] = (),
    ) -> Understood | None:
        """The query a question asks for; None when it is none, or names what nobody knows.

        Args:
            question: the stand-alone question.
            rows: all rows of the register.
            titles: the documents' titles by id.
            documents: the only documents allowed; none: all of `titles`.

        Raises:
            GenerationError: the model did not answer, or not in the form's shape.
        """
        from langchain_core.messages import HumanMessage, SystemMessage

        allowed = {name: titles[name] for name in documents or titles if name in titles}
        own = [row for row in rows if row.document_id in allowed]
        messages = [SystemMessage(_prompt(own, allowed)), HumanMessage(question)]
        try:
            form = self._model.with_structured_output(CommitmentForm).invoke(messages)
        except Exception as exc:  # every provider raises its own; this is where they enter
            raise GenerationError(
                f"The language model gave no filter ({type(exc).__name__}); the passages answer "
                "instead. A model with tool calls or JSON output can give one."
            ) from exc
        if not isinstance(form, CommitmentForm) or not form.is_about_commitments:
            return None
        query = _checked(form, own, allowed, tuple(documents))
        if query is None or (query.is_open and form.wanted not in _FIELDS_OF_THEIR_OWN):
            return None
        return Understood(query=query, wanted=form.wanted)


_FIELDS_OF_THEIR_OWN: Final = (Wanted.LATEST, Wanted.EARLIEST)


def _prompt(rows: Sequence[Commitment], titles: Mapping[str, str]) -> str:
    goals = dict.fromkeys((row.document_id, goal_of(row), row.goal) for row in rows if row.goal)
    listed = [
        f"- {document} {number}: {' '.join((goal or '').split())[:LONGEST_GOAL]}"
        for document, number, goal in goals
        if number
    ]
    return PROMPT.format(
        documents="\n".join(f"- {name}: {title}" for name, title in titles.items()),
        goals="\n".join(listed) or "none",
        strategies=", ".join(sorted({r.strategy_no for r in rows if r.strategy_no})) or "none",
        actors=", ".join(_names(rows)[:MOST_NAMES]) or "none",
    )


def _names(rows: Sequence[Commitment]) -> list[str]:
    """The actors of the register, most frequent first."""
    counts = Counter(n for row in rows for n in (*row.responsible_names, *row.partner_names))
    return [name for name, _ in counts.most_common()]


def _checked(
    form: CommitmentForm,
    rows: Sequence[Commitment],
    titles: Mapping[str, str],
    documents: tuple[str, ...],
) -> CommitmentQuery | None:
    """The form as a query; None if a value is not one of the register's."""
    actors = {fold(form_): name for name in _names(rows) for form_ in forms_of(name)}
    goals = {number for row in rows if (number := goal_of(row))}
    goal = _given(form.goal)
    digits = re.search(r"\d+", goal or "")
    number = digits.group() if digits else None
    strategy = (_given(form.strategy) or "").rstrip(".") or None
    named = {role: _given(getattr(form, role)) for role in ("responsible", "partner", "actor")}
    due, text = _given(form.due), _given(form.text)
    known = (
        set(form.documents) <= set(titles),
        goal is None or number in goals,
        strategy is None or strategy in {row.strategy_no for row in rows},
        all(name is None or fold(name) in actors for name in named.values()),
        due is None or due in _RECURRING or bool(machine_readable(due)),
        text is None or len(text) <= LONGEST_TEXT,
    )
    if not all(known):
        return None
    found = {role: actors[fold(name)] if name else None for role, name in named.items()}
    return CommitmentQuery(
        documents=documents or tuple(form.documents),
        goal=number,
        strategy=strategy,
        due=due,
        text=text,
        modality=form.modality,
        responsible=found["responsible"],
        partner=found["partner"],
        actor=found["actor"],
    )


_RECURRING: Final = ("yearly", "monthly", "weekly", "quarterly", "twice yearly", "continuous")


def _given(value: str | None) -> str | None:
    return value.strip() or None if value else None
