"""What kinds of source commitments come from, and which of them a listing shows by default."""

from __future__ import annotations

import re
from enum import StrEnum

from corpus.records import Commitment


class SourceKind(StrEnum):
    """Where in a document a commitment stands; the value of `Commitment.source_kind`."""

    GOAL_TABLE = "goal table"
    PROMISE_LIST = "promise list"
    EXPECTATION = "expectation list"
    DUTY_LIST = "duty list"
    RECOMMENDATION = "recommendation"
    METHOD_TABLE = "method table"
    REQUIREMENT = "requirement list"
    SENTENCE = "sentence"


_GOAL = re.compile(
    r"^(?:(?:overordnet|hoved)?mål|goal|satsingsområde)?\s*(\d{1,2})(?!\.\d)\b", re.I
)


def is_primary(commitment: Commitment) -> bool:
    """Whether a listing shows the row unless told otherwise.

    Sentences with skal, vil or bør are the weaker class: found by a verb alone, not by their place
    in a table or list.
    """
    return commitment.source_kind != SourceKind.SENTENCE


def goal_number(goal: str | None) -> str | None:
    """The number of a goal as printed: "1" of "1. Mål: …" and of "Hovedmål 1: …", else None."""
    match = _GOAL.match(goal.strip()) if goal else None
    return match.group(1) if match else None
