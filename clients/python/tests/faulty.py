"""A collector that misbehaves as it is told, and remembers every line that reached it."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_RECEIPT = b'{"ok":true,"accepted":1,"rejected":0}'


class Faulty:
    """Answers in these manners, one a request, and then in the last of them for ever."""

    def __init__(self, test, *manners):
        self.manners = list(manners)
        self.requests = []
        self._lock = threading.Lock()
        self._ended = threading.Event()
        faulty = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                faulty._answer(self)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        test.addCleanup(self.stop)

    def _answer(self, request):
        with self._lock:
            manner = self.manners.pop(0) if 1 < len(self.manners) else self.manners[0]
        length = int(request.headers["Content-Length"])
        if manner == "cuts_the_body":
            request.rfile.read(min(length, 10))
            self.requests.append((manner, []))
            request.close_connection = True
            return request.connection.shutdown(socket.SHUT_RDWR)
        body = request.rfile.read(length)
        self.requests.append((manner, body.split(b"\n")))
        if manner == "silent":
            self._ended.wait()
            request.close_connection = True
        elif manner == "cuts_the_answer":
            self._say(request, 200, length=len(_RECEIPT), body=_RECEIPT[:9])
            request.close_connection = True
        elif manner == "busy":
            self._say(request, 503, body=b"{}")
        elif manner == "one_at_a_time":
            alone = request.headers["Content-Type"] == "application/json" and b"\n" not in body
            self._say(request, 200 if alone else 415)
        elif manner == "refuses_poison":
            self._say(request, 400 if b"poison" in body else 200)
        else:
            assert manner == "ok", manner
            self._say(request, 200)

    @staticmethod
    def _say(request, status, body=_RECEIPT, length=None):
        request.send_response(status)
        request.send_header("Content-Length", str(len(body) if length is None else length))
        request.end_headers()
        request.wfile.write(body)

    @property
    def accepted(self):
        """Every line that was taken in, in order."""
        return [line for manner, lines in self.requests if manner == "ok" for line in lines]

    def stop(self):
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()


def nobody():
    """An address where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"
