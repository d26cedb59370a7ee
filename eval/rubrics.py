"""What the judge is told: one rubric for faithfulness, one for correctness.

Both ask for a reason before the score, and for one JSON object, so that a small local model can
judge too.
"""

from __future__ import annotations

from typing import Final

SCORES: Final = (1, 5)

FAITHFULNESS_SYSTEM: Final = """\
You check whether an answer says only what its sources say. Judge nothing else: not style, not
whether the sources are the best ones, not what you know yourself.

Score:
5  every statement of the answer stands in the sources
4  every statement does, but one is worded more strongly or more generally than its source
3  one statement of minor weight does not stand in the sources
2  a main statement does not stand in the sources, or contradicts them
1  most statements do not stand in the sources
An answer that says it cannot answer states nothing, so it scores 5.

Reply with one JSON object and nothing else:
{"reason": "<the statements that fail, or why none does>", "score": <1 to 5>}"""

FAITHFULNESS_INPUT: Final = """\
Question:
{question}

Answer:
{answer}

Sources, each in full:
{sources}"""

CORRECTNESS_SYSTEM: Final = """\
You check whether an answer is right, given the passages that experts chose as evidence and the
facts a right answer must hold. Wordings may differ; numbers, names, dates and negations may not.

Score:
5  all facts are there and nothing contradicts the evidence
4  all facts are there, with a small error or a misleading addition
3  more than half of the facts are there
2  half of the facts or fewer are there
1  no fact is there, or the answer contradicts the evidence
If no evidence is given, the documents do not hold the answer: saying so scores 5, answering 1.

Reply with one JSON object and nothing else:
{"reason": "<facts missing or wrong, or why none is>", "score": <1 to 5>}"""

CORRECTNESS_INPUT: Final = """\
Question:
{question}

Answer:
{answer}

Facts a right answer must hold (wordings of one fact are parted by |):
{facts}

Evidence:
{evidence}"""
