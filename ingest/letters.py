"""How likely a string of letters is in Norwegian, learnt from the document and a word list.

A backing-off model of letters: the probability of a character after the three before it, from
counts; where those three were never seen, after fewer, at a constant discount ("stupid backoff",
Brants et al. 2007). The document's own undamaged text counts as much as the list, so its names
and turns of phrase weigh in.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable

from ingest.frequent_words import FREQUENT_WORDS

CONTEXT = 3
_DISCOUNT = math.log(0.4)
_FLOOR = math.log(1e-6)
_LIST_WEIGHT = 4000.0
_MOST_TRAINING_CHARACTERS = 120_000
_WORD = re.compile(r"[^\W\d_]+")
_SAME = str.maketrans("”“„«»’‘0123456789", '"""""\'\'' + "0" * 10)


class LetterModel:
    """Log probabilities of characters in context, and the words that were seen."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """Learn from `texts` (undamaged) and the list of frequent words."""
        self._counts: list[Counter[str]] = [Counter() for _ in range(CONTEXT + 2)]
        self.words: Counter[str] = Counter()
        read = 0
        for text in texts:
            self._learn(" " + text.translate(_SAME) + " ", 1)
            self.words.update(_WORD.findall(text))
            read += len(text)
            if read > _MOST_TRAINING_CHARACTERS:
                break
        for rank, word in enumerate(FREQUENT_WORDS.split(), start=1):
            weight = math.ceil(_LIST_WEIGHT / (rank + 20))
            self._learn(f" {word} ", weight)
            self.words[word] += 1
            if rank <= 300:
                self._learn(f" {word.capitalize()} ", max(1, weight // 10))
        self._cache: dict[str, float] = {}

    def _learn(self, text: str, weight: int) -> None:
        for size, counts in enumerate(self._counts):
            if size == 0:
                counts[""] += weight * len(text)
                continue
            for i in range(len(text) - size + 1):
                counts[text[i : i + size]] += weight

    def score(self, context: str, character: str) -> float:
        """Log probability (natural) of `character` after `context`, of which three signs count."""
        window = (context[-CONTEXT:] + character).translate(_SAME)
        known = self._cache.get(window)
        if known is None:
            known = self._cache[window] = self._back_off(window)
        return known

    def _back_off(self, window: str) -> float:
        discount = 0.0
        for start in range(len(window)):
            count = self._counts[len(window) - start][window[start:]]
            if count:
                base = self._counts[len(window) - start - 1][window[start:-1]]
                return discount + math.log(count / base)
            discount += _DISCOUNT
        return discount + _FLOOR

    def mean(self, text: str) -> float:
        """Mean log probability of a character of `text`, read as if blanks stood around it."""
        padded = f" {text} "
        total = sum(
            self.score(padded[max(0, i - CONTEXT) : i], padded[i]) for i in range(1, len(padded))
        )
        return total / (len(padded) - 1)

    def knows(self, word: str) -> bool:
        """Whether `word` was seen, as written or with a small first letter."""
        return word in self.words or word[:1].lower() + word[1:] in self.words
