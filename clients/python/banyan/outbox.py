"""Where events wait, and the one sender that takes them to the collector, in order, batch by batch.

Laws: putting an event never waits for the collector and never raises. What waits is bounded in
bytes; what does not fit is counted. One batch travels at a time, and is sent again with the very
same bytes until it is answered or its time is over, so the collector sees every event in order and
recognises what it has already.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections import deque
from typing import Callable, NamedTuple, Optional, Union

from .post import Accepted, Failed, Poster, Refused
from .wire import to_bytes

_BATCH_MAX_EVENTS = 1_000
_BATCH_MAX_BYTES = 2 * 1024 * 1024
#: How long the first event of a batch waits for company.
_LINGER_S = 0.01
_BACKOFF_FIRST_S = 0.1
_BACKOFF_MAX_S = 5.0


class Stats(NamedTuple):
    """What became of the events of all clients that share a sender."""

    #: Waiting or travelling.
    queued: int
    #: Acknowledged by the collector.
    sent: int
    #: Given up: no room, no time, no collector.
    dropped: int
    #: Refused by the collector for good.
    refused: int
    #: Requests that were sent again.
    retries: int
    last_error: Optional[str]


class Settings(NamedTuple):
    """Where and how to send. Times in seconds."""

    endpoint: str
    timeout: float
    retry_for: float
    exit_after: float
    max_queue_bytes: int


class Counter:
    """How far a session has counted."""

    def __init__(self) -> None:
        self.next = 1


class Outbox:
    """One place and manner of sending, shared by all clients that send there in that way."""

    def __init__(self, settings: Settings, started: Callable[[], None] = lambda: None) -> None:
        """``started`` is told when this process begins to send."""
        self.settings = settings
        self._started = started
        self._poster = Poster(settings.endpoint, settings.timeout)
        self._batch_max_events = _BATCH_MAX_EVENTS
        self.forget()

    def forget(self) -> None:
        """Begins with nothing: at the start, and in a forked process, whose parent sends the rest."""
        self._changed = threading.Condition(threading.Lock())
        self._thread: Optional[threading.Thread] = None
        self._queue: deque[bytes] = deque()
        self._bytes = self._put = self._settled = self._lost = 0
        self._sent = self._dropped = self._refused = self._retries = 0
        self._last_error: Optional[str] = None
        self._idle = self._hurry = self._given_up = False
        #: When the process wants to end; infinite while it lives.
        self._end = math.inf
        self._poster.forget()

    @property
    def stats(self) -> Stats:
        """A snapshot."""
        with self._changed:
            waiting = self._put - self._settled
            counts = (self._sent, self._dropped, self._refused, self._retries)
            return Stats(waiting, *counts, self._last_error)

    def put(self, head: str, own: str, counter: Counter, tail: str) -> None:
        """Numbers an event and lets it wait. What does not fit keeps its number and is dropped."""
        with self._changed:
            sequence = counter.next
            counter.next += 1
            own = own and f'"event_id":"{own}-{sequence}",'
            line = to_bytes(f'{head},{own}"sequence":{sequence},{tail}')
            if self.settings.max_queue_bytes < self._bytes + len(line):
                self._dropped += 1
                return
            self._bytes += len(line)
            self._put += 1
            self._queue.append(line)
            if self._idle:
                self._idle = False
                self._changed.notify_all()
            elif self._thread is None:
                self._start()

    def flush(self, timeout: float) -> bool:
        """Waits until everything put before is settled; whether all of it reached the collector."""
        deadline = time.monotonic() + timeout
        with self._changed:
            target, lost = self._put, self._lost
            self._hurry = True
            self._changed.notify_all()
            alone = self._settled < target and not self._start()
        if alone:  # an interpreter that shuts down starts no more threads
            self._send_all()
        with self._changed:
            while self._settled < target and time.monotonic() < deadline:
                self._changed.wait(deadline - time.monotonic())
            return target <= self._settled and self._lost == lost

    def finish(self) -> None:
        """The last chance of a process: nothing is waited for that has little hope."""
        self._end = time.monotonic() + self.settings.exit_after
        if not self.flush(self.settings.exit_after):
            with self._changed:
                self._given_up = True
                self._drop(list(self._queue))
                self._queue.clear()

    def _start(self) -> bool:
        """Whether somebody sends. The lock is held."""
        if self._thread is None or not self._thread.is_alive():
            try:
                self._thread = threading.Thread(target=self._run, name="banyan", daemon=True)
                self._thread.start()
                self._started()
            except RuntimeError:
                self._thread = None
        return self._thread is not None

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._queue:
                    self._idle = True
                    self._changed.wait()
                self._idle = False
                if not self._hurry and len(self._queue) < self._batch_max_events:
                    self._changed.wait(_LINGER_S)
            self._send_all()

    def _send_all(self) -> None:
        while True:
            with self._changed:
                batch = self._take()
                if not batch:
                    self._hurry = False
                    return
            self._deliver(batch)

    def _take(self) -> list[bytes]:
        size = 0
        batch: list[bytes] = []
        while self._queue and len(batch) < self._batch_max_events:
            size += len(self._queue[0]) + 1
            if batch and _BATCH_MAX_BYTES < size:
                break
            batch.append(self._queue.popleft())
        return batch

    def _deliver(self, lines: list[bytes]) -> None:
        """Sends ``lines`` until they are settled."""
        body, began, attempt = b"\n".join(lines), time.monotonic(), 0
        while not self._given_up:
            answer = self._poster.post(body, len(lines))
            if isinstance(answer, Refused) and 1 < len(lines):
                return self._one_by_one(lines)
            with self._changed:
                if not isinstance(answer, Failed):
                    return self._settled_by(lines, answer)
                self._last_error = answer.why
                pause = max(_backoff_s(attempt), answer.after_s)
                then = time.monotonic() + pause
                late = self.settings.retry_for < then - began or self._end < then
                if late or (self._end < math.inf and answer.unreachable):
                    break
                self._retries += 1
                self._pause(pause)
            attempt += 1
        with self._changed:
            self._drop(lines)

    def _settled_by(self, lines: list[bytes], answer: Union[Accepted, Refused]) -> None:
        rejected = len(lines)
        if isinstance(answer, Accepted):
            rejected = min(rejected, answer.rejected)
        else:
            self._last_error = answer.why
        self._sent += len(lines) - rejected
        self._refused += rejected
        self._settle(lines, 0 < rejected)

    def _one_by_one(self, lines: list[bytes]) -> None:
        """One bad event takes no other along; and some collectors take no batches."""
        sent, refused = self._sent, self._refused
        for line in lines:
            self._deliver([line])
        if sent < self._sent and refused == self._refused:
            self._batch_max_events = 1

    def _drop(self, lines: list[bytes]) -> None:
        self._dropped += len(lines)
        self._settle(lines, True)

    def _settle(self, lines: list[bytes], lost: bool) -> None:
        self._bytes -= sum(map(len, lines))
        self._settled += len(lines)
        self._lost += lost
        self._changed.notify_all()

    def _pause(self, seconds: float) -> None:
        """Waits; not any longer once somebody flushes."""
        deadline = time.monotonic() + seconds
        while not self._hurry and not self._given_up and time.monotonic() < deadline:
            self._changed.wait(deadline - time.monotonic())
        self._hurry = False


def _backoff_s(attempt: int) -> float:
    """Doubling, spread so that agents do not come together."""
    return min(_BACKOFF_FIRST_S * 2.0 ** min(attempt, 10), _BACKOFF_MAX_S) * random.uniform(0.5, 1)
