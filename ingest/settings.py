"""Settings of ingest: `STIFINNER_…` variables, then `[ingest]` in `stifinner.toml`."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from corpus.settings import TableSettings


class IngestSettings(TableSettings):
    """How questions are written beside passages (`stifinner ingest --expand`)."""

    model_config = SettingsConfigDict(title="ingest")

    llm: str | None = Field(
        None, description="Chat model, 'provider:name' as init_chat_model reads it; empty: none"
    )
    llm_base_url: str | None = Field(None, description="Address of an OpenAI-compatible server")
    llm_api_key: SecretStr | None = Field(None, description="Key of that server; environment only")
    llm_timeout_s: float = Field(60, gt=0, le=600, description="Longest wait for the model")
    expand_enough: int = Field(
        8, ge=1, le=100, description="Questions with which a passage is not asked about any more"
    )
    expand_keep_within: int = Field(
        20, ge=1, le=1000, description="Keep a question that finds its passage among so many"
    )
    expand_max_tokens: int = Field(
        2000, ge=50, le=32_000, description="Longest reply about one passage, in model tokens"
    )
