"""`python -m eval.peers`: run the benchmark of peers and print its table (`make bench-peers`)."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import click

from assistant.cli import hook
from corpus.environment import SLEEPING_THREADS, silence_telemetry
from corpus.errors import StifinnerError
from corpus.home import Home
from corpus.settings import CorpusSettings, read_settings
from eval.parts import write_part
from eval.provenance import commit_of_checkout
from eval.reference import REFERENCE_FOLDER, Split, load_questions

# Haystack and Chroma report their use over the network unless told not to before their import.
NO_TELEMETRY = {"HAYSTACK_TELEMETRY_ENABLED": "False", "ANONYMIZED_TELEMETRY": "False"}


@click.command()
@click.option(
    "--set", "split", default="test", show_default=True, type=click.Choice(["dev", "test"])
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Rows as JSON.")
@click.option("--into", type=click.Path(exists=True, path_type=Path), help="Page to renew.")
def main(split: str, out: Path | None, into: Path | None) -> None:
    """Index with Stifinner and its peers, ask them the same questions, print them side by side."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    silence_telemetry()
    os.environ.update({**NO_TELEMETRY, **SLEEPING_THREADS})
    from eval.peers.bench import as_json, bench, markdown
    from eval.peers.haystack_peer import Haystack
    from eval.peers.langchain_chroma_peer import LangChainChroma
    from eval.peers.llamaindex_peer import LlamaIndex
    from eval.peers.txtai_peer import Txtai

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG when imported
    corpus = read_settings(CorpusSettings)
    if Home(corpus.home).current_id() is None:
        hook("ingest_bundled")(corpus)
    questions = load_questions([REFERENCE_FOLDER], Split(split))
    commit = commit_of_checkout()  # now: the work tree may change while this runs
    try:
        rows = bench(
            corpus,
            hook("ingest_sources"),
            [LangChainChroma, LlamaIndex, Haystack, Txtai],
            questions,
            on_step=lambda step: click.echo(step, err=True),
        )
    except StifinnerError as exc:
        raise click.ClickException(str(exc)) from exc
    if out is not None:
        out.write_text(as_json(rows) + "\n", encoding="utf-8")
    table = markdown(rows, questions, commit)
    if into is not None:
        write_part(into, "peers", table)
    click.echo(table)


if __name__ == "__main__":
    main()
