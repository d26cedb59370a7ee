"""Chat models by name, for answering and for writing questions beside passages.

A name is LangChain's `provider:model`. With the address of an OpenAI-compatible server (vLLM,
Ollama, llama.cpp, a company's gateway) it is simply what that server calls the model.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr

from corpus.errors import GenerationError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

TRANSIENT_STATUS: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
# By name, since clients wrap httpx or httpx2, and neither need be installed for the other's sake.
CONNECTION_ERRORS: Final = frozenset(
    {"APIConnectionError", "TransportError", "ConnectionError", "TimeoutError"}
)


def make_chat_model(
    spec: str,
    *,
    base_url: str | None = None,
    api_key: SecretStr | None = None,
    timeout_s: float,
    **options: Any,
) -> BaseChatModel:
    """The chat model named by `spec`, at temperature 0 unless `options` say otherwise.

    Args:
        spec: 'provider:name' as LangChain's init_chat_model reads it; with `base_url` the
            provider may be left out and is then `openai`.
        base_url: Address of an OpenAI-compatible server, mostly ending in /v1.
        api_key: Its key; without one the provider's own variable is read (OPENAI_API_KEY …).
        timeout_s: Longest wait for one reply.
        options: Further parameters of init_chat_model, e.g. max_tokens and max_retries.

    Raises:
        GenerationError: the provider's package or key is missing, or the name is wrong.
    """
    from langchain.chat_models import init_chat_model
    from langchain_core.language_models import BaseChatModel

    options = {"temperature": 0, "timeout": timeout_s} | options
    if base_url:
        options["base_url"] = base_url
        spec = spec if _names_provider(spec) else f"openai:{spec}"
    if api_key is not None:
        options["api_key"] = api_key.get_secret_value()
    elif base_url:
        options["api_key"] = "none"  # local servers ask for no key, the client insists on one
    try:
        model = init_chat_model(spec, **options)
    except Exception as exc:  # every provider raises its own for a wrong name or a missing key
        raise GenerationError(
            f"Cannot make the chat model '{spec}': {exc} Write provider:name, e.g. "
            "openai:gpt-4.1-mini, install its LangChain package and set its key."
        ) from exc
    assert isinstance(model, BaseChatModel)
    return model


def _names_provider(spec: str) -> bool:
    """Whether `spec` opens with an installed provider; servers use colons too (`gemma3:4b`)."""
    provider, colon, _ = spec.partition(":")
    package = f"langchain_{provider.replace('-', '_')}"
    return bool(colon) and package.isidentifier() and importlib.util.find_spec(package) is not None


def is_transient(error: BaseException) -> bool:
    """Whether the same request may succeed later: no connection, a timeout, a busy server."""
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return status in TRANSIENT_STATUS
    link: BaseException | None = error
    while link is not None:
        if CONNECTION_ERRORS & {base.__name__ for base in type(link).__mro__}:
            return True
        link = link.__cause__
    return False
