"""Nothing of ours opens a socket to anywhere but this machine."""

import json
from pathlib import Path

# Runs before anything else in each process, children included. Local sockets and name lookups of
# the loopback stay possible; anything else ends the process and leaves a line.
GUARD = """
import os, socket, sys

def _refuse(host):
    host = host.decode() if isinstance(host, bytes) else str(host)
    if host in ("None", "", "localhost", "::1") or host.startswith("127."):
        return
    with open(os.environ["REACHED_FILE"], "a") as stream:
        stream.write(host + "\\n")
    os._exit(97)

def _audit(event, arguments):
    if event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        _refuse(arguments[1][0])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        _refuse(arguments[0])

sys.addaudithook(_audit)
"""


def guarded(run, tmp_path: Path):
    """The command line with the guard in place, and the file that tells what was reached for."""
    site = tmp_path / "site"
    site.mkdir(exist_ok=True)
    (site / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    reached = tmp_path / "reached.txt"
    return run.with_settings(PYTHONPATH=str(site), REACHED_FILE=str(reached)), reached


def test_the_guard_stops_a_connection_and_a_lookup(stifinner, tmp_path):
    run, reached = guarded(stifinner, tmp_path)
    connect = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    assert run.python("-c", connect).status == 97
    assert run.python("-c", "import socket; socket.getaddrinfo('example.org', 80)").status == 97
    assert run.python("-c", "import socket; socket.getaddrinfo('127.0.0.1', 80)").status == 0
    assert set(reached.read_text().split()) == {"192.0.2.1", "example.org"}


def test_ingest_and_every_reading_command_stay_on_this_machine(stifinner, two_documents, tmp_path):
    run, reached = guarded(stifinner, tmp_path)
    lines = [{"id": "1", "question": "Hvem leder arbeidet?"}]
    (tmp_path / "in.jsonl").write_text("\n".join(json.dumps(one) for one in lines))
    for command in (
        ("ingest", two_documents, "--json"),
        ("ask", "Når skal svømmehallen stå ferdig?", "--json"),
        ("ask", "--batch", tmp_path / "in.jsonl", "--out", tmp_path / "out.jsonl"),
        ("search", "ferry to Leksvik", "--json"),
        ("documents", "--json", "--text"),
        ("commitments", "--format", "json"),
        ("doctor", "--json"),
    ):
        done = run(*command)
        assert done.status == 0, (command, done.err)
    assert not reached.exists(), reached.read_text()


def test_the_bulk_model_and_the_bundled_documents_need_no_network(bundled, tmp_path):
    run, reached = guarded(bundled, tmp_path)
    program = (
        "from pathlib import Path; import sys; from corpus.embedding import EmbeddingModel; "
        "model = EmbeddingModel(model='bundled', home=Path(sys.argv[1])); "
        "print(model.bulk().encode_passages(['Trondheim']).shape)"
    )
    done = run.python("-c", program, bundled.home)
    assert done.out.strip() == "(1, 384)", done.err
    assert not reached.exists()
