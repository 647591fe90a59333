"""One request to the collector, and what its answer means for the events in it."""

from __future__ import annotations

import http.client
import json
import socket
import time
from typing import NamedTuple, Optional, Union
from urllib.parse import SplitResult, urlsplit

#: Answers about the events themselves; any other one that is not a success is about the moment.
_REFUSALS = (400, 413, 415, 422)
_RETRY_AFTER_MAX_S = 30.0
_ANSWER_MAX_BYTES = 1024 * 1024
_WHY_MAX_CHARS = 200


class Accepted(NamedTuple):
    """Every event is durable, but for ``rejected`` ones, which are refused for good."""

    rejected: int


class Refused(NamedTuple):
    """The request will never be taken as it is."""

    why: str


class Failed(NamedTuple):
    """Nobody knows, or not now: send it again, at the earliest after ``after_s`` seconds."""

    why: str
    after_s: float
    unreachable: bool


Answer = Union[Accepted, Refused, Failed]


class Poster:
    """A connection that is kept as long as the collector keeps it."""

    def __init__(self, endpoint: str, timeout: float) -> None:
        self._endpoint = endpoint
        self._timeout = timeout
        self._connection: Optional[http.client.HTTPConnection] = None

    def forget(self) -> None:
        """Leaves the connection to the process that this one was forked from."""
        self._close()

    def post(self, body: bytes, events: int, deadline: float) -> Answer:
        """Sends NDJSON, or a single event as JSON, by one caller at a time. Never raises.

        ``deadline`` (of the monotonic clock) ends it before the timeout does.
        """
        kept = self._connection is not None
        answer = self._attempt(body, events, deadline)
        # The collector closes connections that were idle; that says nothing about today.
        if kept and isinstance(answer, Failed) and answer.unreachable:
            answer = self._attempt(body, events, deadline)
        return answer

    def _attempt(self, body: bytes, events: int, deadline: float) -> Answer:
        kind = "application/json" if events == 1 else "application/x-ndjson"
        try:
            place = urlsplit(self._endpoint)
            if self._connection is None:
                self._connection = self._connect(place)
            self._wait_until(deadline)
            path = f"{place.path.rstrip('/')}/events"
            self._connection.request("POST", path, body, {"Content-Type": kind})
            self._wait_until(deadline)
            response = self._connection.getresponse()
            answer = response.read(_ANSWER_MAX_BYTES)
            if response.length and len(answer) < _ANSWER_MAX_BYTES:
                raise http.client.IncompleteRead(answer, response.length)
            if response.will_close or not response.isclosed():
                self._close()
            return _judge(response, answer)
        except Exception as error:  # of the network, or an endpoint that is none
            self._close()
            slow = isinstance(error, (TimeoutError, socket.timeout))
            return Failed(f"{type(error).__name__}: {error}", 0.0, not slow)

    def _connect(self, place: SplitResult) -> http.client.HTTPConnection:
        secure = place.scheme == "https"
        kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        return kind(place.hostname or "", place.port, timeout=self._timeout)

    def _wait_until(self, deadline: float) -> None:
        """Bounds what the connection does next."""
        left = min(self._timeout, deadline - time.monotonic())
        if left <= 0:
            raise TimeoutError("no time left")
        if self._connection is not None:
            self._connection.timeout = left
            if self._connection.sock is not None:
                self._connection.sock.settimeout(left)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _judge(response: http.client.HTTPResponse, answer: bytes) -> Answer:
    if 200 <= response.status < 300:
        return Accepted(_rejected_in(answer))
    why = f"{response.status} {answer.decode('utf-8', 'replace')[:_WHY_MAX_CHARS]}"
    if response.status in _REFUSALS:
        return Refused(why)
    try:
        after = float(response.headers.get("Retry-After", 0))
    except ValueError:  # a date
        after = 0.0
    return Failed(why, min(max(after, 0.0), _RETRY_AFTER_MAX_S), False)


def _rejected_in(receipt: bytes) -> int:
    try:
        return int(json.loads(receipt)["rejected"])
    except (ValueError, KeyError, TypeError):
        return 0
