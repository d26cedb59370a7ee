"""How well unanswerable questions are told from answerable ones of the same form.

    python -m eval.refusals [--pairs FILE ...]

The pairs in `eval/apart` were written like those of `eval/tuning`, by two other authors; nothing is
fitted on them. The reference set holds few unanswerable questions, so its share
of refusals is wide of interval; this one is narrower, and harder.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from assistant.build import open_assistant
from assistant.settings import AssistantSettings
from corpus.settings import CorpusSettings, read_settings
from eval.significance import Ratio, estimate

PAIRS = sorted((Path(__file__).parent / "apart").glob("*.jsonl"))


def load_pairs(path: Path) -> list[tuple[str, bool]]:
    """Questions with whether a passage answers them."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(record["question"], bool(record["gold"])) for record in records]


@click.command()
@click.option(
    "--pairs",
    "paths",
    multiple=True,
    default=PAIRS,
    show_default="eval/apart",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Questions of your own in the form of eval/tuning.",
)
def main(paths: tuple[Path, ...]) -> None:
    """Ask the pairs of the served index and tell how many of each kind were refused."""
    assistant = open_assistant(read_settings(CorpusSettings), read_settings(AssistantSettings))
    refused: dict[bool, list[Ratio]] = {False: [], True: []}
    questions = [one for path in paths for one in load_pairs(path)]
    try:
        with click.progressbar(questions, label="Asking", file=sys.stderr) as bar:
            for question, answerable in bar:
                was_refused = not assistant.ask(question).answered
                refused[answerable].append(Ratio(numerator=float(was_refused)))
    finally:
        assistant.close()
    for answerable, name in ((False, "unanswerable"), (True, "answerable")):
        found = estimate(refused[answerable])
        between = "" if found.low is None else f" ({found.low:.2f}–{found.high:.2f})"
        if found.value is not None:
            click.echo(f"{name}: {found.value:.3f} refused{between}, n = {found.n}")


if __name__ == "__main__":
    main()
