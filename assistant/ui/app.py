"""The page: header, tabs and switches put together, and the server that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI

from assistant.build import Assistant
from assistant.ui.bilingual import Bilingual
from assistant.ui.chat_tab import build_chat_tab
from assistant.ui.documents_tab import build_documents_tab
from assistant.ui.export import add_exports, add_template
from assistant.ui.hooks import feedback_keeper, find_upload
from assistant.ui.markup import escape
from assistant.ui.register_tab import build_register_tab
from assistant.ui.server import StayHome, run_server
from assistant.ui.shared import PRIVATE, FeedbackKeeper, Shared, asset, wired
from assistant.ui.texts import DEFAULT, Interface, interface, say
from assistant.ui.upload_tab import UploadHooks, build_upload_tab
from corpus.commitment_notes import CommitmentNoteStore
from corpus.home import Home
from corpus.settings import CorpusSettings, read_settings

KEEP_FILES_S = 3600
MAX_UPLOAD = "20mb"
QUEUE = 64
# Gradio's default fonts are downloads; page.css names the ones a machine has.
FONTS = ("Segoe UI", "Roboto", "Helvetica Neue", "DejaVu Sans", "sans-serif")
MONO = ("Consolas", "DejaVu Sans Mono", "monospace")
SEA = gr.themes.Color(
    name="sea",
    c50="#eef6f9",
    c100="#d8eaf1",
    c200="#b3d5e2",
    c300="#82b8cd",
    c400="#4b94b1",
    c500="#1f7596",
    c600="#0b5c7a",
    c700="#094b64",
    c800="#083d51",
    c900="#062f3f",
    c950="#041f2a",
)


def build_page(
    assistant: Assistant,
    *,
    keep_feedback: FeedbackKeeper | None = None,
    notes: CommitmentNoteStore | None = None,
    upload: UploadHooks | None = None,
) -> gr.Blocks:
    """The page on an opened assistant.

    Args:
        assistant: what answers.
        keep_feedback: where feedback goes; by default into the home of the settings.
        notes: where notes on commitments are kept; by default in the same home.
        upload: the evaluation's functions; without them there is no tab for own questions.
    """
    texts = Bilingual()
    page: gr.Blocks
    with gr.Blocks(
        title=say("title", DEFAULT),
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(KEEP_FILES_S, KEEP_FILES_S),
    ) as page:
        language, day = _header(texts)
        shared = Shared(
            assistant=assistant,
            bilingual=texts,
            language=language,
            day=day,
            keep_feedback=keep_feedback or feedback_keeper(_home()),
            notes=notes or _notes(),
        )
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab(id="chat") as chat:
                build_chat_tab(shared)
            with gr.Tab(id="register") as register:
                build_register_tab(shared, register)
            with gr.Tab(id="documents") as documents:
                build_documents_tab(shared)
            tabs = {"tab_chat": chat, "tab_register": register, "tab_documents": documents}
            if upload is not None:
                with gr.Tab(id="upload") as own:
                    build_upload_tab(shared, upload)
                tabs["tab_upload"] = own
        for key, tab in tabs.items():
            texts.add(tab, label=key)
        _wire_language(page, texts, language)
    page.queue(max_size=QUEUE, default_concurrency_limit=4)
    return page


def _home() -> Path:
    return read_settings(CorpusSettings).home


def _notes() -> CommitmentNoteStore:
    return CommitmentNoteStore(Home(_home()).user_file)


def _header(texts: Bilingual) -> tuple[gr.Radio, gr.DateTime]:
    with gr.Row(elem_id="header"):
        title = gr.HTML(
            _title(DEFAULT), apply_default_css=False, elem_id="brand", js_on_load=wired("header")
        )
        with gr.Row(elem_id="switches"):
            day = gr.DateTime(
                value=date.today().isoformat(),
                include_time=False,
                type="string",
                elem_id="day",
                min_width=150,
            )
            language = gr.Radio(
                [("Norsk", "nb"), ("English", "en")],
                value=DEFAULT,
                elem_id="language",
                min_width=150,
            )
    texts.add(title, value=_title)
    texts.add(day, label="day")
    texts.add(language, label="language")
    return language, day


def _title(language: Interface) -> str:
    return (
        f'<div class="st-brand" data-language="{language}"><a class="st-skip" href="#question">'
        f"{escape(say('skip', language))}</a><h1>{escape(say('title', language))}</h1>"
        f"<p>{escape(say('tagline', language))}</p></div>"
    )


def _wire_language(page: gr.Blocks, texts: Bilingual, language: gr.Radio) -> None:
    def switch(value: str) -> Sequence[Any]:
        return texts.updates(interface(value))

    def start(request: gr.Request) -> Sequence[Any]:
        # `/?lang=en` opens the page in English; the switch's own event then does the rest.
        wanted = interface(request.query_params.get("lang"))
        return wanted, date.today().isoformat()

    options: dict[str, Any] = {
        "api_visibility": PRIVATE,
        "queue": False,
        "show_progress": "hidden",
    }
    language.change(
        switch,
        inputs=[language],
        outputs=texts.components,
        **options,
    )
    day = next(c for c in texts.components if isinstance(c, gr.DateTime))
    page.load(start, outputs=[language, day], **options)


def page_app(assistant: Assistant, upload: UploadHooks | None = None) -> FastAPI:
    """The page with its downloads as a web application."""
    page = build_page(assistant, upload=upload)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(StayHome)
    add_exports(app, assistant, _notes())
    if upload is not None:
        add_template(app, lambda folder: upload.template(assistant, folder))
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        page,
        path="/",
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        theme=_theme(),
        css=asset("page.css"),
        head=f"<script>{asset('page.js')}</script>",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        max_file_size=MAX_UPLOAD,
        allowed_paths=[str(_home() / "evaluation")],
    )
    return mounted


def _theme() -> gr.themes.Base:
    theme: gr.themes.Base = gr.themes.Base(
        primary_hue=SEA,
        secondary_hue=SEA,
        neutral_hue=gr.themes.colors.slate,
        font=FONTS,
        font_mono=MONO,
        radius_size=gr.themes.sizes.radius_md,
    ).set(
        input_background_fill="white",
        input_background_fill_dark="*neutral_900",
        input_border_width="1px",
        input_border_color="*neutral_300",
        input_border_color_focus="*primary_600",
        button_secondary_background_fill="white",
        button_secondary_background_fill_hover="*primary_50",
        button_secondary_border_color="*neutral_300",
        button_secondary_text_color="*primary_700",
        button_border_width="1px",
        checkbox_label_background_fill="white",
        checkbox_label_background_fill_selected="*primary_100",
        body_text_color="#17262f",
    )
    return theme


def serve_page(assistant: Assistant, *, host: str, port: int) -> None:
    """Serve the page until interrupted; its address is printed when it is ready.

    Raises:
        SettingsError: the address cannot be listened on.
    """
    run_server(page_app(assistant, find_upload()), host, port)
