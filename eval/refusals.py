"""How well unanswerable questions are told from answerable ones.

    python -m eval.refusals [--pairs FILE ...]

Nothing is fitted on the questions in `eval/apart`. The pairs were written like those of
`eval/tuning`, by two other authors: each an unanswerable question beside an answerable one of the
same form, which is harder than what users ask. `questions-*` were written by a third as a benchmark
is, freely and of all kinds. The reference set holds few unanswerable questions, so its share of
refusals is wide of interval; these are narrower.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from assistant.build import open_assistant
from assistant.settings import AssistantSettings
from corpus.settings import CorpusSettings, read_settings
from eval.significance import Ratio, estimate

APART = sorted((Path(__file__).parent / "apart").glob("*.jsonl"))
Refused = Mapping[bool, list[Ratio]]  # by whether the documents answer


def load_apart(path: Path) -> list[tuple[str, bool]]:
    """Questions with whether a passage answers them."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(record["question"], bool(record["gold"])) for record in records]


@click.command()
@click.option(
    "--pairs",
    "paths",
    multiple=True,
    default=APART,
    show_default="eval/apart",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Questions of your own in the form of eval/tuning.",
)
def main(paths: tuple[Path, ...]) -> None:
    """Ask the questions of the served index and tell how many of each kind were refused."""
    assistant = open_assistant(read_settings(CorpusSettings), read_settings(AssistantSettings))
    asked = [(path, *one) for path in paths for one in load_apart(path)]
    refused: dict[Path, Refused] = {path: {False: [], True: []} for path in paths}
    try:
        with click.progressbar(asked, label="Asking", file=sys.stderr) as bar:
            for path, question, answerable in bar:
                was_refused = not assistant.ask(question).answered
                refused[path][answerable].append(Ratio(numerator=float(was_refused)))
    finally:
        assistant.close()
    if len(refused) > 1:
        for path, found in refused.items():
            _tell(f"{path.stem}, ", found)
    _tell("", {kind: [r for one in refused.values() for r in one[kind]] for kind in (False, True)})


def _tell(name: str, refused: Refused) -> None:
    for answerable, kind in ((False, "unanswerable"), (True, "answerable")):
        found = estimate(refused[answerable])
        between = "" if found.low is None else f" ({found.low:.2f}–{found.high:.2f})"
        if found.value is not None:
            click.echo(f"{name}{kind}: {found.value:.3f} refused{between}, n = {found.n}")


if __name__ == "__main__":
    main()
