"""What every tab of the page is built with: the assistant, the switches and a few helpers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any, Final

import gradio as gr

from assistant.answers import AnswerJson
from assistant.build import Assistant
from assistant.ui.bilingual import Bilingual
from assistant.ui.texts import Interface, interface, say
from corpus.commitment_notes import CommitmentNoteStore
from corpus.feedback import Verdict

# Endpoints of the page are its own business: no API page lists them and no client calls them.
PRIVATE: Final[Any] = "private"
FeedbackKeeper = Callable[[AnswerJson, Sequence[str], Verdict, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What the tabs have in common. `language` and `day` are the switches in the header."""

    assistant: Assistant
    bilingual: Bilingual
    language: gr.Radio
    day: gr.DateTime
    keep_feedback: FeedbackKeeper
    notes: CommitmentNoteStore


def read_day(value: str | None) -> date | None:
    """The chosen day; today for an empty field, None for what is not a date."""
    if value is None or not value.strip():
        return date.today()
    try:
        return date.fromisoformat(value.strip()[:10])
    except ValueError:
        return None


def chosen_day(value: str | None, language: Interface) -> date:
    """The chosen day; what is not a date gives today and tells the user so."""
    day = read_day(value)
    if day is None:
        gr.Warning(say("bad_day", interface(language)))
        return date.today()
    return day


def asset(name: str) -> str:
    """A file of this folder as text."""
    return resources.files("assistant.ui").joinpath(name).read_text(encoding="utf-8")


def wired(function: str, *events: str) -> str:
    """The `js_on_load` of an HTML component: a function of page.js, with the events it may raise.

    Gradio offers those events as listeners whose quoted names it finds in this code.
    """
    names = ", ".join(f"'{event}'" for event in events)
    return f"window.stifinner.{function}(element, trigger, watch, [{names}])"


def document_choices(assistant: Assistant) -> list[tuple[str, str]]:
    """Title and id of every document, for a list to choose from."""
    return [(info.title, name) for name, info in assistant.library.infos.items()]
