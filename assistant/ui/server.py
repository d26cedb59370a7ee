"""The page's web server: what Gradio serves, made to stay on this machine.

Every answer carries a content security policy under which a browser may load from this server
only, so no font, script or picture can come from elsewhere, whatever a library puts on the page.
Gradio's own start page names outside pictures in its preview tags; those are taken out.
"""

from __future__ import annotations

import re
import socket
from collections.abc import MutableMapping
from typing import Any, Final

import click
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from corpus.errors import SettingsError

# Gradio and plotly compile templates at run time and set styles, hence the two unsafe words; what
# documents and users write is escaped before it gets to the page.
POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
HEADERS: Final = (
    (b"content-security-policy", POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
_PREVIEW = re.compile(rb"<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*>\s*", re.IGNORECASE)
_MANIFEST = re.compile(rb"<link\s+rel=\"manifest\"[^>]*>\s*", re.IGNORECASE)
_LANGUAGE = re.compile(rb"(<html\s+lang=\")en(\")", re.IGNORECASE)


class StayHome:
    """ASGI middleware: the policy on every answer, and start pages without preview tags."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        page = scope["path"] in ("/", "")
        if page:  # so that the page comes uncompressed and can be read
            scope = {**scope, "headers": _without(scope["headers"], b"accept-encoding")}
        start: list[MutableMapping[str, Any]] = []
        body = bytearray()

        async def pass_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", []), *HEADERS]
                message = {**message, "headers": headers}
                if page:
                    start.append(message)
                    return
            elif page and message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if message.get("more_body"):
                    return
                cleaned = clean_page(bytes(body))
                headers = _without(start[0]["headers"], b"content-length")
                headers.append((b"content-length", str(len(cleaned)).encode()))
                await send({**start[0], "headers": headers})
                message = {**message, "body": cleaned}
            await send(message)

        await self._app(scope, receive, pass_on)


def clean_page(page: bytes) -> bytes:
    """A start page without preview tags and app manifest, marked as Norwegian."""
    page = _MANIFEST.sub(b"", _PREVIEW.sub(b"", page))
    return _LANGUAGE.sub(rb"\1nb\2", page, count=1)


def _without(headers: Any, name: bytes) -> list[tuple[bytes, bytes]]:
    return [(key, value) for key, value in headers if key.lower() != name]


class _Announcing(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            host = self.config.host
            shown = f"[{host}]" if ":" in host else host
            click.echo(f"Stifinner: http://{shown}:{self.config.port}/  (stop with Ctrl+C)")


def run_server(app: ASGIApp, host: str, port: int) -> None:
    """Serve until interrupted; the address is printed when the page is ready.

    Raises:
        SettingsError: the address cannot be listened on.
    """
    _check_free(host, port)
    # No access log: it would hold the filters of downloads, which are words of users.
    config = uvicorn.Config(app, host=host, port=port, log_level="warning", access_log=False)
    _Announcing(config).run()


def _check_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            raise SettingsError(
                f"Cannot listen on {host}:{port} ({exc.strerror}); choose another one with "
                "--port or --host."
            ) from exc
