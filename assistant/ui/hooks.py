"""What other packages offer the page, found by name so that nothing here imports them.

The evaluation offers `evaluate_upload` and `question_template` (own questions) and
`record_feedback` (feedback becomes a candidate question for review). All are optional.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from assistant.answers import AnswerJson
from assistant.ui.shared import FeedbackKeeper
from assistant.ui.upload_tab import UploadHooks
from corpus.feedback import FeedbackStore, Verdict
from corpus.home import Home

GROUP = "stifinner.hooks"


def find_hook(name: str) -> Callable[..., Any] | None:
    """The function of that name; None when no installed package offers it."""
    for entry in entry_points(group=GROUP, name=name):
        found: Callable[..., Any] = entry.load()
        return found
    return None


def find_upload() -> UploadHooks | None:
    """The functions behind the tab of own questions; None when the evaluation is missing."""
    run, template = find_hook("evaluate_upload"), find_hook("question_template")
    return None if run is None or template is None else UploadHooks(run=run, template=template)


def feedback_keeper(root: Path) -> FeedbackKeeper:
    """Keeps feedback in the home's `user.sqlite` and offers it to the evaluation for review."""
    store = FeedbackStore(Home(root).user_file)
    record = find_hook("record_feedback")

    def keep(answer: AnswerJson, history: Sequence[str], verdict: Verdict, comment: str) -> None:
        store.add(answer.question, answer.model_dump_json(), verdict, comment, history)
        if record is not None:
            helpful = verdict is Verdict.HELPFUL
            record(Home(root).root, answer, history, helpful=helpful, comment=comment)

    return keep
