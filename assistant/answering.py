"""The one chain: question and history in, checked answer out.

    stand alone → query → route → rank → decide → write (extractive, generative or register) → check

It is a LangChain runnable sequence whose steps pass one growing `Turn`. The last step proves every
citation against the stored text; a quote that does not stand there never leaves the house.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from langchain_core.runnables import Runnable, RunnableLambda

from assistant import frames
from assistant.abstention import AbstentionModel, SignalReader
from assistant.answers import AnswerJson, CitationJson, NoteJson, PassageJson, TimingsJson
from assistant.aspects import Aspect, aspects_of_documents, aspects_of_things
from assistant.citations import Citer, unverified
from assistant.commitment_query import CommitmentQuery
from assistant.conversation import Standalone, stand_alone
from assistant.extractive import Extractor, Side
from assistant.generation import Generator, closest_statement
from assistant.library import Library
from assistant.lists import ListChooser
from assistant.query import MAX_CHARACTERS, Query, QueryMaker
from assistant.question_kind import QuestionKind, kind_of
from assistant.register_answers import RegisterAnswerer
from assistant.retrieval import HybridSearch, Ranking
from assistant.statements import Statement, score_statements
from assistant.validity import validity_notes
from assistant.validity_answers import ValidityAnswerer
from corpus.errors import GenerationError
from corpus.glossary import expand_english
from corpus.index import SearchIndex
from corpus.language import Language, detect_language
from corpus.records import Citation, Hit, Passage

NEAREST_PLACES = 3
MISSING_WORDS = 5  # named in a refusal
STEM_LETTERS = 6  # of a word that are looked for, so that endings do not count
MIN_SIDES = 2
MAX_SIDES = 3
SIDE_HITS = 5
SIDE_LAG = 4.0  # in fused score


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question as it was put."""

    question: str
    history: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()
    as_of: date
    k: int
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An answer's text and citations, before the check."""

    answered: bool
    text: str
    citations: tuple[Citation, ...]
    mode: str = "extractive"
    notes: tuple[NoteJson, ...] = ()
    register_query: CommitmentQuery | None = None
    first: tuple[Passage, ...] = ()  # what the register points to, ranked before the search's hits


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What the chain knows so far."""

    ask: Ask
    started: float
    standalone: Standalone | None = None
    language: Language = "nb"
    query: Query | None = None
    ranking: Ranking | None = None
    written: Written | None = None
    retrieve_ms: float = 0
    notes: tuple[NoteJson, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """What one side of a question was searched with, found and can say."""

    query: Query
    ranking: Ranking
    side: Side


class AnswerChain:
    """Builds the runnable from its collaborators; `answer` runs it."""

    def __init__(
        self,
        *,
        index: SearchIndex,
        library: Library,
        make_query: QueryMaker,
        search: HybridSearch,
        signal_reader: SignalReader,
        abstention: AbstentionModel,
        extractor: Extractor,
        register: RegisterAnswerer,
        validity: ValidityAnswerer,
        generator: Generator | None,
        model_name: str | None,
    ) -> None:
        self._index = index
        self._library = library
        self._make_query = make_query
        self._search = search
        self._signals = signal_reader
        self._abstention = abstention
        self._extractor = extractor
        self.lists = ListChooser(library.document, index)
        self._register = register
        self._validity = validity
        self._generator = generator
        self._model_name = model_name
        self.runnable: Runnable[Ask, AnswerJson] = (
            RunnableLambda(self._begin)
            | RunnableLambda(self._retrieve)
            | RunnableLambda(self._write)
            | RunnableLambda(self._finish)
        )

    def answer(self, ask: Ask) -> AnswerJson:
        """The checked answer to one question."""
        return self.runnable.invoke(ask)

    def stream(self, ask: Ask, on_piece: Callable[[str], None]) -> AnswerJson:
        """As `answer`, with the raw text of a language model handed on while it is written."""
        turn = self._retrieve(self._begin(ask))
        return self._finish(self._write(turn, on_piece))

    def _begin(self, ask: Ask) -> Turn:
        standalone = stand_alone(ask.question, ask.history)
        language = detect_language(ask.question)
        notes: list[NoteJson] = []
        if standalone.followed:
            text = frames.FOLLOWED_UP[language].format(question=standalone.text)
            notes.append(NoteJson(kind="scope", text=text))
        elif ask.history:
            notes.append(NoteJson(kind="scope", text=frames.SUBJECT_CHANGED[language]))
        if len(ask.question) > MAX_CHARACTERS:
            text = frames.TRUNCATED[language].format(count=MAX_CHARACTERS)
            notes.append(NoteJson(kind="scope", text=text))
        return Turn(
            ask=ask,
            started=time.perf_counter(),
            standalone=standalone,
            language=language,
            notes=tuple(notes),
        )

    def _retrieve(self, turn: Turn) -> Turn:
        assert turn.standalone is not None
        if not any(character.isalnum() for character in turn.standalone.text):
            return turn
        query = self._make_query(turn.standalone.text, turn.language)
        k = max(turn.ask.k, 10)
        ranking = self._search.rank(query, k, turn.ask.document_ids)
        return replace(
            turn,
            query=query,
            ranking=ranking,
            retrieve_ms=(time.perf_counter() - turn.started) * 1000,
        )

    def _write(self, turn: Turn, on_piece: Callable[[str], None] | None = None) -> Turn:
        return replace(turn, written=self._written(turn, on_piece))

    def _written(self, turn: Turn, on_piece: Callable[[str], None] | None) -> Written:
        if turn.query is None or turn.ranking is None:
            return Written(answered=False, text=frames.EMPTY[turn.language], citations=())
        citer = self._library.citer()
        known = self.from_register(
            turn.query, turn.ranking, citer, turn.ask.as_of, turn.ask.document_ids
        )
        if known is not None:
            return known
        kind = kind_of(turn.query.text)
        sides = self._sides(turn.query, turn.ranking, kind, turn.ask.document_ids)
        if not sides or not self._holds_answer(turn.query, turn.ranking, sides):
            return self._abstain(turn, citer)
        if self._generator is not None:
            try:
                return self._generate(sides, turn, self._generator, on_piece)
            except GenerationError:
                note = NoteJson(kind="model", text=frames.MODEL_FAILED[turn.language])
                return replace(self._extract(sides, turn, citer), notes=(note,))
        return self._extract(sides, turn, citer)

    def from_register(
        self,
        query: Query,
        ranking: Ranking,
        citer: Citer,
        as_of: date,
        document_ids: Sequence[str] = (),
    ) -> Written | None:
        """What the register of plans and commitments answers; None when it is not asked."""
        if kind_of(query.text) is QuestionKind.VALIDITY:
            state = self._validity.write(
                query,
                ranking,
                self._index,
                as_of,
                citer,
                mentions=self._search.mentions(query),
                document_ids=document_ids,
            )
            if state is not None:
                return Written(
                    answered=True,
                    text=state.text,
                    citations=citer.citations,
                    mode="register",
                    first=state.proof,
                )
        rows = self._register.write(query, document_ids, citer)
        if rows is None:
            return None
        return Written(
            answered=True,
            text=rows.text,
            citations=citer.citations,
            mode="register",
            notes=(NoteJson(kind="scope", text=rows.filter_text),),
            register_query=rows.query,
            first=rows.passages,
        )

    def _holds_answer(self, query: Query, ranking: Ranking, sides: Sequence[_Side]) -> bool:
        """Whether the documents hold the answer: that of the whole question, or of each side."""
        if len(sides) == 1:
            return self._answers(query, ranking, sides[0].side.statements)
        return self._answers(query, ranking, None) or all(
            self._answers(one.query, one.ranking, one.side.statements) for one in sides
        )

    def _answers(
        self, query: Query, ranking: Ranking, statements: Sequence[Statement] | None
    ) -> bool:
        if statements is None:
            statements = score_statements(query, ranking, self._index)
        signals = self._signals.read(query, ranking, statements)
        return self._abstention.answers(
            signals, lambda: self._signals.reading(query, ranking, statements)
        )

    def _sides(
        self, query: Query, ranking: Ranking, kind: QuestionKind, document_ids: Sequence[str]
    ) -> list[_Side]:
        """The statements to choose from, best first; of each named document in a comparison."""
        mentions = [] if document_ids else self._search.mentions(query)
        names = {one.document_id for one in mentions}
        aspects: list[Aspect] = []
        if len(names) >= MIN_SIDES:
            aspects = aspects_of_documents(query.text, mentions)
        elif kind is QuestionKind.COMPARE:
            aspects = aspects_of_things(query.text) or self._likeliest(query, ranking, document_ids)
        within = [*document_ids] or sorted(names)
        if len(aspects) >= MIN_SIDES:
            sides = [self._side(query, one, within) for one in aspects]
            sides = [one for one in sides if one.side.statements]
            if len(sides) >= MIN_SIDES:
                return sides
        whole = self._side_of(query, ranking, kind)
        return [whole] if whole.side.statements else []

    def _side(self, query: Query, aspect: Aspect, within: Sequence[str]) -> _Side:
        own = self._make_query(aspect.text, query.language)
        documents = [aspect.document_id] if aspect.document_id else within
        return self._side_of(
            own, self._search.rank(own, SIDE_HITS, documents), kind_of(aspect.text)
        )

    def _side_of(self, query: Query, ranking: Ranking, kind: QuestionKind) -> _Side:
        statements = score_statements(query, ranking, self._index)
        asked = kind is QuestionKind.LIST
        if asked:
            whole = self.lists.asked(query, ranking, statements)
        else:
            whole = self.lists.short(statements)
        side = Side(statements=statements, lists=asked, whole=whole)
        return _Side(query=query, ranking=ranking, side=side)

    def _likeliest(
        self, query: Query, ranking: Ranking, document_ids: Sequence[str]
    ) -> list[Aspect]:
        """A side for each document that is found nearly as well as the best one."""
        if document_ids:
            return []
        best: dict[str, float] = {}
        for hit in ranking.hits[:10]:
            best.setdefault(str(hit.passage.document_id), hit.score)
        top = max(best.values(), default=0.0)
        close = [name for name, score in best.items() if score >= top - SIDE_LAG]
        return [Aspect(text=query.text, document_id=name) for name in close[:MAX_SIDES]]

    def _extract(self, sides: Sequence[_Side], turn: Turn, citer: Citer) -> Written:
        draft = self._extractor.write([one.side for one in sides], turn.language, citer)
        return Written(
            answered=True,
            text=draft.text,
            citations=citer.citations,
            first=_best_of_each(sides),
        )

    def _generate(
        self,
        sides: Sequence[_Side],
        turn: Turn,
        generator: Generator,
        on_piece: Callable[[str], None] | None,
    ) -> Written:
        assert turn.query is not None
        assert turn.ranking is not None
        first = _best_of_each(sides)
        shown = generator.shown(_with_first(turn.ranking.hits, first))
        pieces: list[str] = []
        for piece in generator.stream(turn.query.text, turn.language, shown):
            pieces.append(piece)
            if on_piece is not None:
                on_piece(piece)
        taken = generator.take_apart("".join(pieces), len(shown))
        citer = self._library.citer()
        if taken.refused and taken.unresolved:
            raise GenerationError("The language model named no passage it was shown.")
        if taken.refused:
            return replace(self._abstain(turn, citer), mode="generative")
        lines = []
        for sentence in taken.sentences:
            markers = [
                citer.cite(shown[n], *closest_statement(sentence.text, shown[n]))
                for n in sentence.passages
            ]
            lines.append(sentence.text + "".join(f" [{marker}]" for marker in markers))
        notes: tuple[NoteJson, ...] = ()
        if taken.unresolved:
            text = frames.UNRESOLVED[turn.language].format(count=taken.unresolved)
            notes = (NoteJson(kind="model", text=text),)
        return Written(
            answered=True,
            text=" ".join(lines),
            citations=citer.citations,
            mode="generative",
            notes=notes,
            first=first,
        )

    def _abstain(self, turn: Turn, citer: Citer) -> Written:
        """What is missing, the nearest places, and the contact form when there is one."""
        assert turn.query is not None
        assert turn.ranking is not None
        language = turn.language
        parts = [frames.ABSTAIN[language]]
        missing = self._missing_words(turn.query, turn.ranking)
        if missing:
            parts.append(frames.MISSING[language].format(words=", ".join(missing)))
        places = [
            self._place(hit.passage.document_id, hit.passage.section, hit.passage.page, language)
            for hit in _one_a_section(turn.ranking.hits)
        ]
        if places:
            listed = "; ".join(dict.fromkeys(places[:NEAREST_PLACES]))
            parts.append(frames.NEAREST[language].format(places=listed))
        contact = self._register.contact(turn.query, citer, turn.ask.document_ids)
        if contact is not None:
            parts.append(frames.CONTACT[language].format(quote=contact))
        return Written(answered=False, text=" ".join(parts), citations=citer.citations)

    def _missing_words(self, query: Query, ranking: Ranking) -> list[str]:
        """Words of the question that the nearest passages hold in neither language."""
        text = " ".join(
            f"{hit.passage.context} {hit.passage.text}".casefold() for hit in ranking.hits[:5]
        )

        def stands(word: str) -> bool:
            translated = expand_english(word) if query.language == "en" else []
            return any(one.casefold()[:STEM_LETTERS] in text for one in (word, *translated))

        return [word for word in query.words if not stands(word)][:MISSING_WORDS]

    def _place(
        self, document_id: str, section: tuple[str, ...], page: int | None, language: Language
    ) -> str:
        title = self._library.info(document_id).title
        place = f"{title} – {section[-1]}" if section else title
        return place + (frames.PAGE[language].format(page=page) if page is not None else "")

    def _finish(self, turn: Turn) -> AnswerJson:
        assert turn.written is not None
        assert turn.standalone is not None
        written = turn.written
        wrong = unverified(written.citations, self._library.text)
        if wrong:  # cannot happen by construction; a wrong quote must never leave
            raise AssertionError(f"{len(wrong)} quotes do not stand in their documents")
        infos = [self._library.info(c.document_id) for c in written.citations]
        validity = (
            [
                NoteJson(kind="validity", text=text)
                for text in validity_notes(infos, turn.ask.as_of, turn.language)
            ]
            if written.answered
            else []
        )
        total = (time.perf_counter() - turn.started) * 1000
        hits = _with_first(turn.ranking.hits if turn.ranking else (), written.first)
        return AnswerJson(
            id=turn.ask.id,
            question=turn.ask.question,
            standalone_question=turn.standalone.text,
            language=turn.language,
            answered=written.answered,
            answer=written.text,
            citations=[CitationJson.of(citation) for citation in written.citations],
            passages=[PassageJson.of(hit) for hit in hits[: turn.ask.k]],
            notes=[*turn.notes, *written.notes, *validity],
            mode=written.mode,  # type: ignore[arg-type]
            model=self._model_name if written.mode == "generative" else None,
            index=self._index.snapshot_id,
            register_query=written.register_query,
            timings_ms=TimingsJson(
                retrieve=round(turn.retrieve_ms, 1),
                answer=round(total - turn.retrieve_ms, 1),
                total=round(total, 1),
            ),
        )


def _best_of_each(sides: Sequence[_Side]) -> tuple[Passage, ...]:
    """The best passage of each side of a comparison; none where there is one side only."""
    if len(sides) < MIN_SIDES:
        return ()
    best = {p.id: p for p in (one.side.statements[0].passage for one in sides)}
    return tuple(best.values())


def _one_a_section(hits: Sequence[Hit]) -> list[Hit]:
    """The best hit of each section, best first."""
    found: dict[tuple[str, tuple[str, ...]], Hit] = {}
    for hit in hits:
        found.setdefault((str(hit.passage.document_id), hit.passage.section), hit)
    return list(found.values())


def _with_first(hits: Sequence[Hit], first: Sequence[Passage]) -> list[Hit]:
    """The hits after the passages that the register points to; scores keep falling."""
    if not first:
        return list(hits)
    named = {passage.id for passage in first}
    best = hits[0].score if hits else 0.0
    promoted = [
        Hit(passage=passage, rank=0, score=best + (len(first) - n) * 0.01)
        for n, passage in enumerate(first)
    ]
    rest = [hit for hit in hits if hit.passage.id not in named]
    return [replace(hit, rank=rank) for rank, hit in enumerate([*promoted, *rest], start=1)]


def new_id() -> str:
    """An id for a question that came without one."""
    return uuid.uuid4().hex[:12]


def pieces(text: str) -> Iterator[str]:
    """A finished text word by word, for a page that shows it while it grows."""
    for word in text.split(" "):
        yield word + " "
