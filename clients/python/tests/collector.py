"""The real collector, on a data directory of its own that goes with it."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import urllib.request
from pathlib import Path
from urllib.parse import quote


def _binary():
    target = os.environ.get("CARGO_TARGET_DIR", Path(__file__).parents[3] / "target")
    path = Path(os.environ.get("BANYAN_BIN", Path(target) / "debug" / "banyan"))
    assert path.exists(), f"{path} is not there: ./tests/run build makes it"
    return path


class Collector:
    def __init__(self):
        self._home = tempfile.mkdtemp(prefix="banyan-client-")
        self._listen = "127.0.0.1:0"
        self._start()

    def _start(self):
        command = [_binary(), "serve", "--listen", self._listen, "--data", f"{self._home}/data"]
        # Nothing of the machine's own settings reaches it.
        env = {"HOME": self._home, "RUST_LOG": "warn"}
        self._process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
        for line in self._process.stdout:
            if found := re.search(r"listening on (http://\S+)", line):
                self.endpoint = found[1].rstrip("/")
                self._listen = self.endpoint.replace("http://", "")
                # Read on, so that it never blocks on a full pipe.
                self._reader = threading.Thread(target=self._process.stdout.read, daemon=True)
                return self._reader.start()
        raise AssertionError(f"it ended with {self._process.wait()} before it listened")

    def kill_and_restart(self):
        """Ends it as a power cut would, and starts it again at the same address."""
        self._process.kill()
        self._ended()
        self._start()

    def _ended(self):
        self._process.wait()
        self._reader.join()
        self._process.stdout.close()

    def stop(self):
        self._process.terminate()
        self._ended()
        shutil.rmtree(self._home, ignore_errors=True)

    def get(self, path):
        with urllib.request.urlopen(f"{self.endpoint}{path}") as answer:
            return json.load(answer)

    def session(self, session):
        return self.get(f"/sessions/{quote(session, safe='')}")["session"]

    def exported(self, session):
        """Every event of a session, in its order."""
        path = f"{self.endpoint}/sessions/{quote(session, safe='')}/export"
        with urllib.request.urlopen(path) as answer:
            return [json.loads(line) for line in answer]
