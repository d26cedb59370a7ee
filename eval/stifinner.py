"""The border to the real system: the only module of `eval` that opens it.

A run measures the served index. Settings that change the index (`max_tokens`, …) get an index of
their own below the home, made of the served one's sources, so that a stopped sweep goes on.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import yaml

from assistant.build import Assistant, open_assistant
from assistant.features import FEATURES
from assistant.settings import AssistantSettings
from corpus.errors import EvaluationError, SettingsError
from corpus.home import Home
from corpus.manifest import MANIFEST_NAME
from corpus.records import DocumentId
from corpus.register import Register, UnitKind
from corpus.settings import CorpusSettings, read_settings
from eval.system import Answerer, SettingValue, SourceText, System
from eval.variants import scaled_ranking, with_ranking

# What moves no number, is secret, or names this machine.
UNRECORDED = frozenset({"home", "chroma_url", "llm_base_url", "llm_api_key", "log_questions"})
_QUESTION = UnitKind.QUESTION.value
INDEX_SETTINGS = frozenset({"embedding_model", "expansions", "max_tokens", "bm25_k1", "bm25_b"})
WEIGHT = "weight."  # before a ranking feature's name: a factor for its shipped weight
_NUMBER = (int, float)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    settings: AssistantSettings
    for_corpus: Mapping[str, SettingValue]
    factors: Mapping[str, float]


class IngestSources(Protocol):
    """Indexes sources (paths, folders, addresses) in the home that the settings name."""

    def __call__(self, corpus: CorpusSettings, sources: Sequence[str]) -> object:
        """Return when the home serves these sources and no others."""
        ...


class Stifinner:
    """Opens the real system.

    Args:
        corpus: settings of the index that is served, which is measured unless overridden.
        ingest: brings a home to some sources; needed for overrides that change the index.
    """

    def __init__(self, corpus: CorpusSettings, ingest: IngestSources) -> None:
        self._corpus = corpus
        self._ingest = ingest

    @contextmanager
    def open(
        self,
        overrides: Mapping[str, SettingValue],
        build: Callable[[Assistant], Answerer] = lambda assistant: assistant,
    ) -> Iterator[System]:
        """The system on the served index, or on one of its own for other index settings.

        An index made for a sweep stays below the home, so that a stopped sweep goes on.

        Args:
            overrides: settings by name; `weight.FEATURE` multiplies a weight of the ranking.
            build: what is to be asked, made of the opened assistant; itself unless given.

        Raises:
            SettingsError: there is no such setting, or its value is out of bounds.
            NoIndexError: nothing is indexed yet.
        """
        chosen = self._chosen(overrides)
        corpus = self._index_for(chosen.for_corpus)
        assistant = open_assistant(corpus, chosen.settings)
        try:
            system = system_of(assistant, corpus, chosen.settings)
            if not chosen.factors:
                yield replace(system, answerer=build(assistant))
                return
            recorded = {WEIGHT + name: factor for name, factor in chosen.factors.items()}
            yield replace(
                system,
                answerer=with_ranking(assistant, scaled_ranking(chosen.factors)),
                settings={**system.settings, **recorded},
            )
        finally:
            assistant.close()

    def check(self, overrides: Mapping[str, SettingValue]) -> None:
        """Whether `open` would take these settings; nothing is opened.

        Raises:
            SettingsError: there is no such setting, or its value is out of bounds.
        """
        chosen = self._chosen(overrides)
        read_settings(CorpusSettings, **self._corpus_fields(chosen.for_corpus))

    def _chosen(self, overrides: Mapping[str, SettingValue]) -> _Chosen:
        factors = {
            name.removeprefix(WEIGHT): value
            for name, value in overrides.items()
            if name.startswith(WEIGHT)
        }
        for_corpus = {n: v for n, v in overrides.items() if n in CorpusSettings.model_fields}
        rest = {
            n: v for n, v in overrides.items() if n not in for_corpus and not n.startswith(WEIGHT)
        }
        unknown = sorted(set(rest) - set(AssistantSettings.model_fields))
        unknown += sorted(WEIGHT + name for name in set(factors) - set(FEATURES))
        if unknown:
            names = INDEX_SETTINGS | (set(AssistantSettings.model_fields) - UNRECORDED)
            known = [*sorted(names), *(WEIGHT + name for name in FEATURES)]
            raise SettingsError(
                f"There is no setting '{unknown[0]}' to sweep; there are: {', '.join(known)}."
            )
        wrong = [n for n, v in factors.items() if isinstance(v, bool) or not isinstance(v, _NUMBER)]
        if wrong:
            raise SettingsError(
                f"Setting '{WEIGHT}{wrong[0]}': give a number to multiply the shipped weight by."
            )
        return _Chosen(
            settings=read_settings(AssistantSettings, **rest),
            for_corpus=for_corpus,
            factors={name: float(value) for name, value in factors.items() if value is not None},
        )

    @contextmanager
    def index(self, texts: Sequence[SourceText]) -> Iterator[System]:
        """The system on an index of these texts alone, which is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="stifinner-eval-") as folder:
            sources = Path(folder) / "documents"
            sources.mkdir()
            write_sources(sources, texts)
            corpus = self._corpus.model_copy(update={"home": Path(folder) / "home"})
            self._share_models(corpus.home)
            self._ingest(corpus, [str(sources)])
            settings = read_settings(AssistantSettings)
            assistant = open_assistant(corpus, settings)
            try:
                system = system_of(assistant, corpus, settings)
                if missing := [text.id for text in texts if text.id not in system.documents]:
                    raise EvaluationError(
                        f"{len(missing)} documents could not be indexed, first {missing[0]}; "
                        "see the messages of the ingest"
                    )
                yield system
            finally:
                assistant.close()

    def questions_beside(self) -> list[str]:
        """The questions that the served index holds beside passages."""
        register = Register(Home(self._corpus.home).current())
        try:
            rows = [n for n, unit in enumerate(register.unit_table()) if unit[2] == _QUESTION]
            return [unit.text for unit in register.units(rows).values()]
        finally:
            register.close()

    def _index_for(self, overrides: Mapping[str, SettingValue]) -> CorpusSettings:
        if not overrides:
            return self._corpus
        digest = hashlib.sha256(json.dumps(dict(overrides), sort_keys=True).encode()).hexdigest()
        home = self._corpus.home / "sweeps" / digest[:16]
        corpus = read_settings(CorpusSettings, **{**self._corpus_fields(overrides), "home": home})
        self._share_models(home)
        self._ingest(corpus, self._sources())
        return corpus

    def _corpus_fields(self, overrides: Mapping[str, SettingValue]) -> dict[str, Any]:
        return {**self._corpus.model_dump(), **overrides}

    def _sources(self) -> Sequence[str]:
        register = Register(Home(self._corpus.home).current())
        try:
            sources: Sequence[str] = register.meta("sources")
        finally:
            register.close()
        return sources

    def _share_models(self, home: Path) -> None:
        """Let another home use this one's models and embedding cache; both go by content."""
        served, other = Home(self._corpus.home), Home(home)
        served.prepare()
        other.root.mkdir(parents=True, exist_ok=True)
        for ours, theirs in ((served.models, other.models), (served.cache, other.cache)):
            if not theirs.exists():
                theirs.symlink_to(ours, target_is_directory=True)


def write_sources(folder: Path, texts: Sequence[SourceText]) -> None:
    """Texts as files with a manifest: each keeps its id and title, and none has pages."""
    entries = []
    for text in texts:
        name = f"{text.id}.txt"
        (folder / name).write_text(text.text, encoding="utf-8", newline="\n")
        reader = {"page_break": "none", "encoding": "utf-8"}
        entries.append({"id": text.id, "file": name, "title": text.title, "reader": reader})
    manifest = yaml.safe_dump({"documents": entries}, allow_unicode=True, sort_keys=False)
    (folder / MANIFEST_NAME).write_text(manifest, encoding="utf-8")


def system_of(assistant: Assistant, corpus: CorpusSettings, settings: AssistantSettings) -> System:
    """An opened assistant as the evaluation sees it."""
    recorded = {**corpus.model_dump(mode="json"), **settings.model_dump(mode="json")}
    return System(
        answerer=assistant,
        fingerprint=_fingerprint(assistant),
        settings={
            name: _plain(value) for name, value in recorded.items() if name not in UNRECORDED
        },
        documents={
            DocumentId(name): assistant.library.document(name) for name in assistant.library.infos
        },
    )


def _fingerprint(assistant: Assistant) -> str:
    found = assistant.index.register.meta("fingerprint")
    if not isinstance(found, str):
        raise EvaluationError("the index has no fingerprint; run `stifinner ingest --rebuild`")
    return found


def _plain(value: Any) -> SettingValue:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return json.dumps(value, sort_keys=True)
