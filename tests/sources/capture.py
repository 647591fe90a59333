"""Records what an emitter posts, as received: `capture.py NAME COMMAND…` writes `NAME.traces.bin`, `NAME.logs.json` …"""

import gzip
import http.server
import os
import subprocess
import sys
import threading
from pathlib import Path

name, command = Path(sys.argv[1]), sys.argv[2:]


class Recorder(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.body()
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        kind = self.headers["content-type"]
        end = "json" if kind == "application/json" else "bin"
        # A second body of the same signal would replace the first: `x` refuses that.
        with Path(f"{name}.{self.path.rpartition('/')[2]}.{end}").open("xb") as file:
            file.write(body)
        answer = b"{}" if end == "json" else b""
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def body(self):
        """Of a known length or, as Node sends it, in chunks."""
        if length := self.headers["content-length"]:
            return self.rfile.read(int(length))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def log_message(self, *_):
        """Says nothing."""


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
threading.Thread(target=server.serve_forever, daemon=True).start()
environment = {
    "PATH": os.environ["PATH"],
    "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
    # Nothing of this machine: no host, no process.
    "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS": "otel",
    "OTEL_RESOURCE_ATTRIBUTES": "service.instance.id=captured",
    "OTEL_SERVICE_NAME": name.name,
}
sys.exit(subprocess.run(command, env=environment).returncode)
