"""Settings of answering: `STIFINNER_…` variables, then `[assistant]` in `stifinner.toml`."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from corpus.settings import TableSettings


class AssistantSettings(TableSettings):
    """How answers are made."""

    model_config = SettingsConfigDict(title="assistant")

    llm: str | None = Field(
        None, description="Chat model, 'provider:name' as init_chat_model reads it; empty: none"
    )
    llm_base_url: str | None = Field(None, description="Address of an OpenAI-compatible server")
    llm_api_key: SecretStr | None = Field(None, description="Key of that server; environment only")
    llm_timeout_s: float = Field(60, gt=0, le=600, description="Longest wait for the model")
    llm_budget_tokens: int = Field(3000, ge=300, le=100_000, description="Passages in the prompt")
    k: int = Field(10, ge=1, le=100, description="Passages returned with an answer")
    candidates: int = Field(100, ge=20, le=1000, description="Passages fetched from each side")
    max_words: int = Field(150, ge=30, le=1000, description="Words of an extractive answer")
    use_questions: bool = Field(True, description="Search the questions beside passages too")
    log_questions: bool = Field(False, description="Write questions to the log (may be personal)")
    reranker: str | None = Field(None, description="A cross-encoder by name or path; empty: none")
