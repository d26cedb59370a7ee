"""A real Chroma server in the place of the embedded database."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from corpus.vectors import connect


@pytest.mark.slow
def test_a_chroma_server_serves_two_homes_side_by_side(
    in_home, two_documents, chroma_server, tmp_path
):
    url = chroma_server
    one = in_home("one", STIFINNER_CHROMA_URL=url)
    two = in_home("two", STIFINNER_CHROMA_URL=url)
    assert one("ingest", two_documents, "--json").json["chroma_writes"] > 0
    assert two("ingest", two_documents / "hall.txt", "--json").status == 0
    answer = one("ask", "How many cars does the ferry carry?", "--json")
    assert answer.status == 0, answer.err
    assert "forty cars" in answer.json["answer"]
    unchanged = one("ingest", two_documents, "--json").json
    assert (unchanged["changed"], unchanged["chroma_writes"]) == (False, 0)
    (two_documents / "ferry.txt").write_text("The ferry to Leksvik carries sixty cars.\n")
    assert one("ingest", two_documents, "--json").status == 0
    assert (
        "sixty cars" in one("ask", "How many cars does the ferry carry?", "--json").json["answer"]
    )
    assert "svømmehall" in two("ask", "Hva skal Meldal kommune bygge?", "--json").json["answer"]
    assert collections(url, tmp_path) == 4  # texts and questions of each home
    assert "server at" in json.dumps(one("doctor", "--json").json)
    embedded = one.with_settings(STIFINNER_CHROMA_URL="")("ask", "Hva?", "--json")
    assert embedded.status == 1
    assert "STIFINNER_CHROMA_URL" in embedded.err


def collections(url: str, folder: Path) -> int:
    return len(connect(folder, url).list_collections())


@pytest.fixture
def chroma_server(tmp_path, free_port):
    """Chroma's own server, as people run it."""
    import httpx

    program = Path(sys.executable).parent / "chroma"
    arguments = ["run", "--path", str(tmp_path / "server"), "--port", str(free_port)]
    server = subprocess.Popen(
        [str(program), *arguments],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{free_port}"
    for _ in range(100):
        try:
            if httpx.get(f"{url}/api/v2/heartbeat").is_success:
                break
        except httpx.TransportError:
            pass
        threading.Event().wait(0.2)
    yield url
    server.terminate()
    server.wait(20)
