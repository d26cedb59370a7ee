"""The tab of own questions. The evaluation's functions are handed in, never imported."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import gradio as gr

from assistant.build import Assistant
from assistant.ui.export import TEMPLATE_ADDRESS
from assistant.ui.markup import escape
from assistant.ui.shared import PRIVATE, Shared
from assistant.ui.texts import DEFAULT, Interface, interface, say
from corpus.errors import StifinnerError

logger = logging.getLogger(__name__)

FILE_TYPES = [".xlsx", ".csv", ".jsonl"]


class Evaluated(Protocol):
    """What an evaluation of an uploaded file shows."""

    @property
    def markdown(self) -> str:
        """Figures, or the problems by row and column."""
        ...

    @property
    def report(self) -> Path | None:
        """The report page, if the questions were asked."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadHooks:
    """The evaluation's functions: run a file, and write the template into a folder."""

    run: Callable[[Assistant, Path, Callable[[str], None]], Evaluated]
    template: Callable[[Assistant, Path], Path]


def build_upload_tab(shared: Shared, hooks: UploadHooks) -> None:
    """Lay out the tab inside the surrounding gr.Tab and wire it."""
    texts = shared.bilingual
    texts.add(gr.HTML(_heading(DEFAULT), apply_default_css=False), value=_heading)
    with gr.Row():
        with gr.Column(min_width=320):
            file = gr.File(file_types=FILE_TYPES, type="filepath", elem_id="own-questions")
            run = gr.Button(variant="primary", size="md")
        with gr.Column(min_width=320):
            shown = gr.Markdown(elem_id="own-result")
            report = gr.File(visible=False, interactive=False, elem_id="own-report")
    texts.add(file, label="upload_file")
    texts.add(run, value="upload_run")
    texts.add(report, label="upload_report")

    def evaluate(path: str | None, language: str) -> Iterator[Sequence[Any]]:
        spoken = interface(language)
        if path is None:
            yield say("upload_no_file", spoken), gr.update(visible=False)
            return
        try:
            for step in _run(hooks, shared.assistant, Path(path)):
                if isinstance(step, int):
                    yield say("upload_running", spoken, count=step), gr.update(visible=False)
                else:
                    value = str(step.report) if step.report else None
                    yield step.markdown, gr.update(value=value, visible=value is not None)
        except StifinnerError as exc:
            yield say("upload_failed", spoken, detail=str(exc)), gr.update(visible=False)
        except Exception as exc:  # the page's border: a user never sees a traceback
            logger.error("own questions failed: %s", type(exc).__name__)
            detail = type(exc).__name__
            yield say("upload_failed", spoken, detail=detail), gr.update(visible=False)
        finally:
            Path(path).unlink(missing_ok=True)  # uploaded questions are not kept by the page

    run.click(
        evaluate,
        inputs=[file, shared.language],
        outputs=[shown, report],
        api_visibility=PRIVATE,
        concurrency_limit=1,
    ).then(lambda: None, outputs=[file], api_visibility=PRIVATE)


def _run(hooks: UploadHooks, assistant: Assistant, path: Path) -> Iterator[int | Evaluated]:
    """How many questions were answered, again and again, then what came of them."""
    heard: queue.Queue[str | Evaluated | Exception] = queue.Queue()

    def work() -> None:
        try:
            heard.put(hooks.run(assistant, path, heard.put))
        except Exception as exc:  # handed over to the waiting thread, which raises it
            heard.put(exc)

    threading.Thread(target=work, daemon=True).start()
    count = 0
    while True:
        step = heard.get()
        if isinstance(step, Exception):
            raise step
        if not isinstance(step, str):
            yield step
            return
        count += 1
        yield count


def _heading(language: Interface) -> str:
    return (
        f'<div class="st-intro"><h2>{escape(say("upload_title", language))}</h2>'
        f"<p>{escape(say('upload_text', language))}</p>"
        f'<p><a class="st-action" href="{TEMPLATE_ADDRESS[1:]}" download>'
        f"{escape(say('template', language))}</a></p></div>"
    )
