"""Pictures of pages to text, with Tesseract if it is installed.

Tesseract is a program and not a Python package: Debian and Ubuntu have it as `tesseract-ocr` and
its Norwegian as `tesseract-ocr-nor`. We call it directly; pytesseract would only add a dependency
around the same call. Pages are drawn by pdfium, which pdfplumber brings with it.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections.abc import Sequence

import pypdfium2  # type: ignore[import-untyped]

from corpus.errors import UnreadableError

LANGUAGE = "nor"
INSTALL_ADVICE = (
    "install tesseract with Norwegian (Debian: apt install tesseract-ocr tesseract-ocr-nor)"
)
_DOTS_PER_INCH = 300
_MAX_PIXELS_A_SIDE = 6000
_TIMEOUT_S = 180


def is_available() -> bool:
    """Whether tesseract and its Norwegian are installed."""
    program = shutil.which("tesseract")
    if program is None:
        return False
    listed = subprocess.run(
        [program, "--list-langs"], capture_output=True, text=True, timeout=30, check=False
    )
    return LANGUAGE in listed.stdout.split()


def read_pages(content: bytes, indexes: Sequence[int], name: str) -> list[str]:
    """The text of the PDF's pages at `indexes` (from 0), in that order; "" for a blank page.

    Raises:
        UnreadableError: a page cannot be drawn, or tesseract fails or takes longer than 180 s.
    """
    try:
        with pypdfium2.PdfDocument(content) as pdf:
            return [_recognise(_draw(pdf[index]), name, index) for index in indexes]
    except pypdfium2.PdfiumError as exc:
        raise UnreadableError(f"{name}: a page cannot be drawn ({exc}); save it anew") from exc


def _draw(page: pypdfium2.PdfPage) -> bytes:
    scale = min(_DOTS_PER_INCH / 72, _MAX_PIXELS_A_SIDE / max(page.get_size()))
    picture = io.BytesIO()
    page.render(scale=scale, grayscale=True).to_pil().save(picture, format="PNG")
    return picture.getvalue()


def _recognise(picture: bytes, name: str, index: int) -> str:
    # More threads make tesseract slower on pages of text, and other work waits for them.
    environment = os.environ | {"OMP_THREAD_LIMIT": "1"}
    command = ["tesseract", "stdin", "stdout", "-l", LANGUAGE, "--dpi", str(_DOTS_PER_INCH)]
    try:
        done = subprocess.run(
            command,
            input=picture,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=True,
            env=environment,
        )
    except (subprocess.SubprocessError, OSError) as exc:
        raise UnreadableError(
            f"{name}: tesseract failed on page {index + 1} of the file ({exc}); run it again"
        ) from exc
    return done.stdout.decode("utf-8").replace("\f", "").strip("\n")
