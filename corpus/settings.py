"""Settings of storage and search: `STIFINNER_…` variables, then `[corpus]` in `stifinner.toml`.

Read once at an entry point and passed on as an argument. Nothing here is secret.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from corpus.errors import SettingsError

BUNDLED_MODEL = "bundled"
BUNDLED_DOCUMENTS = Path(__file__).parent / "documents"
TOML_NAME = "stifinner.toml"
KNOWN_TABLES = ("corpus", "ingest", "assistant")
S = TypeVar("S", bound=BaseSettings)


def default_home() -> Path:
    """The platform's user data folder for Stifinner (`STIFINNER_HOME` overrides it)."""
    return Path(platformdirs.user_data_dir("stifinner", appauthor=False))


class TableSettings(BaseSettings):
    """A frozen settings model fed by the environment and one table of `stifinner.toml`."""

    model_config = SettingsConfigDict(
        env_prefix="STIFINNER_",
        env_ignore_empty=True,
        frozen=True,
        extra="forbid",
        validate_default=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments win over the environment, the environment over the file."""
        del dotenv_settings, file_secret_settings
        table = str(settings_cls.model_config.get("title", ""))
        return init_settings, env_settings, _TomlTable(settings_cls, toml_path(), table)


class _TomlTable(TomlConfigSettingsSource):
    """One `[table]` of the settings file; a table nobody reads or a secret in it is an error."""

    def __init__(self, settings_cls: type[BaseSettings], path: Path, table: str) -> None:
        try:
            super().__init__(settings_cls, toml_file=path)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
            raise SettingsError(f"{path} is not TOML: {exc}.") from exc
        unknown = sorted(set(self.toml_data) - set(KNOWN_TABLES))
        if unknown:
            raise SettingsError(
                f"{path}: unknown table or key '{unknown[0]}'; known tables: "
                + ", ".join(f"[{name}]" for name in KNOWN_TABLES)
            )
        chosen = self.toml_data.get(table, {})
        if not isinstance(chosen, dict):
            raise SettingsError(f"{path}: write '{table}' as a table, [{table}].")
        for name in chosen:
            field = settings_cls.model_fields.get(name)
            if field is not None and SecretStr in (field.annotation, *get_args(field.annotation)):
                raise SettingsError(
                    f"{path}: '{name}' is secret; set STIFINNER_{name.upper()} in the environment."
                )
        self.init_kwargs = dict(chosen)


def toml_path() -> Path:
    """`STIFINNER_CONFIG`, else `stifinner.toml` in the working directory."""
    return Path(os.environ.get("STIFINNER_CONFIG", TOML_NAME))


class CorpusSettings(TableSettings):
    """Where things are kept, and what model and index parameters search uses."""

    model_config = SettingsConfigDict(title="corpus")

    home: Path = Field(default_factory=default_home, description="Folder of everything kept")
    embedding_model: str = Field(
        BUNDLED_MODEL, min_length=1, description="'bundled', a hub name or a folder"
    )
    embedding_device: Literal["auto", "cpu", "cuda"] = Field("auto", description="Where to embed")
    embedding_backend: Literal["auto", "openvino", "torch"] = Field(
        "auto", description="Engine of bulk embedding"
    )
    chroma_url: str | None = Field(
        None, description="http://host:port of a Chroma server; empty: embedded in the home"
    )
    expansions: str = Field(
        "bundled",
        min_length=1,
        description="Questions beside passages: 'bundled' (with yours), 'none', or a folder",
    )
    max_tokens: int = Field(400, ge=60, le=480, description="Largest passage, in model tokens")
    bm25_k1: float = Field(0.5, gt=0, le=3, description="BM25 term saturation")
    bm25_b: float = Field(0.5, ge=0, le=1, description="BM25 length normalisation")


def read_settings(kind: type[S], **overrides: Any) -> S:
    """Read settings of one folder.

    Raises:
        SettingsError: a value is out of bounds or unknown; the message names it.
    """
    try:
        return kind(**overrides)
    except ValidationError as exc:
        first = exc.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(
            f"Setting '{name}' ({'STIFINNER_' + name.upper()}): {first['msg']}"
        ) from exc
