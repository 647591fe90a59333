"""Where events wait, and the one sender that takes them to the collector, in order, batch by batch.

Laws: putting an event never waits for the collector and never raises. What waits is bounded in
bytes; what does not fit is counted. One batch travels at a time, and is sent again with the very
same bytes until it is answered or its time is over, so the collector sees every event in order and
recognises what it has already.

A thread may be interrupted anywhere here by itself: by a signal's handler, or by a ``__del__``, that
says something. So the lock is one that its holder gets again, and what such a second put brings is
stored by the first.
"""

from __future__ import annotations

import itertools
import math
import random
import threading
import time
from collections import deque
from typing import Callable, NamedTuple, Optional, Union

from .post import Accepted, Answer, Failed, Poster, Refused
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
    """How far a session has counted. Outboxes with locks of their own may share it."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        #: The number that the next event will have.
        self.next = 1

    def take(self) -> int:
        """A number that nobody else gets."""
        number = next(self._numbers)
        self.next = max(self.next, number + 1)
        return number


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
        self._changed = threading.Condition(threading.RLock())
        self._thread: Optional[threading.Thread] = None
        #: What was put and has no number yet; longer than one only while a put interrupts another.
        self._arrived: deque[tuple[str, str, Counter, str]] = deque()
        self._queue: deque[bytes] = deque()
        self._travelling: deque[bytes] = deque()
        self._bytes = self._settled = self._lost = 0
        self._sent = self._dropped = self._refused = self._retries = 0
        self._last_error: Optional[str] = None
        self._idle = self._hurry = self._given_up = False
        self._storing = self._starting = self._sending = False
        #: When the process wants to end; infinite while it lives.
        self._end = math.inf
        self._poster.forget()

    @property
    def stats(self) -> Stats:
        """A snapshot."""
        with self._changed:
            waiting = len(self._travelling) + len(self._queue)
            counts = (self._sent, self._dropped, self._refused, self._retries)
            return Stats(waiting, *counts, self._last_error)

    def put(self, head: str, own: str, counter: Counter, tail: str) -> None:
        """Numbers an event and lets it wait. What does not fit keeps its number and is dropped."""
        with self._changed:
            self._arrived.append((head, own, counter, tail))
            # Asked again at the end, since an interruption may have come after the last look.
            while self._arrived and not self._storing:
                try:
                    self._storing = True
                    while self._arrived:
                        self._store(*self._arrived.popleft())
                finally:
                    self._storing = False

    def _store(self, head: str, own: str, counter: Counter, tail: str) -> None:
        sequence = counter.take()
        own = own and f'"event_id":"{own}-{sequence}",'
        line = to_bytes(f'{head},{own}"sequence":{sequence},{tail}')
        if self.settings.max_queue_bytes < self._bytes + len(line):
            self._dropped += 1
            return
        self._bytes += len(line)
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
            target = self._settled + len(self._travelling) + len(self._queue)
            lost = self._lost
            self._hurry = True
            self._changed.notify_all()
            while self._settled < target and time.monotonic() < deadline:
                # An interpreter that shuts down starts no more threads.
                if self._start() or self._sending:
                    self._changed.wait(deadline - time.monotonic())
                else:
                    self._send_all(deadline)
            return target <= self._settled and self._lost == lost

    def finish(self) -> None:
        """The last chance of a process: nothing is waited for that has little hope."""
        self._end = time.monotonic() + self.settings.exit_after
        if not self.flush(self.settings.exit_after):
            with self._changed:
                self._given_up = True
                self._dropped += len(self._queue)
                self._settle(self._queue, len(self._queue), True)

    def _start(self) -> bool:
        """Whether somebody sends. The lock is held."""
        if self._starting:
            return True
        if self._thread is None or not self._thread.is_alive():
            try:
                self._starting = True
                self._thread = threading.Thread(target=self._run, name="banyan", daemon=True)
                self._thread.start()
                self._started()
            except RuntimeError:
                self._thread = None
            finally:
                self._starting = False
        return self._thread is not None

    def _run(self) -> None:
        with self._changed:
            while True:
                while not self._queue or self._sending:
                    self._idle = True
                    self._changed.wait()
                self._idle = False
                if not self._hurry and len(self._queue) < self._batch_max_events:
                    self._changed.wait(_LINGER_S)
                if not self._sending:
                    self._send_all(math.inf)

    def _send_all(self, deadline: float) -> None:
        """Sends until nothing waits, or until ``deadline``: what is not answered then waits on.

        The lock is held, once, and nobody else sends.
        """
        self._sending = True
        try:
            while self._take() and time.monotonic() < deadline:
                self._deliver(list(self._travelling), deadline)
            self._hurry = False
        finally:
            self._queue.extendleft(reversed(self._travelling))
            self._travelling.clear()
            self._sending = False
            self._changed.notify_all()

    def _take(self) -> bool:
        """Whether a batch travels now."""
        size = 0
        while self._queue and len(self._travelling) < self._batch_max_events:
            size += len(self._queue[0]) + 1
            if self._travelling and _BATCH_MAX_BYTES < size:
                break
            self._travelling.append(self._queue.popleft())
        return bool(self._travelling)

    def _deliver(self, lines: list[bytes], deadline: float) -> None:
        """Sends ``lines``, the first of those that travel, until they are settled."""
        began, attempt = time.monotonic(), 0
        while not self._given_up:
            if deadline <= time.monotonic():
                return
            answer = self._unlocked(lines, deadline)
            if isinstance(answer, Refused) and 1 < len(lines):
                return self._one_by_one(lines, deadline)
            if not isinstance(answer, Failed):
                return self._settled_by(len(lines), answer)
            self._last_error = answer.why
            pause = max(_backoff_s(attempt), answer.after_s)
            then = time.monotonic() + pause
            late = self.settings.retry_for < then - began or self._end < then
            if late or (self._end < math.inf and answer.unreachable):
                break
            self._retries += 1
            self._pause(min(then, deadline))
            attempt += 1
        self._dropped += len(lines)
        self._settle(self._travelling, len(lines), True)

    def _unlocked(self, lines: list[bytes], deadline: float) -> Answer:
        """Nobody waits for the collector but the sender."""
        self._changed.release()
        try:
            return self._poster.post(b"\n".join(lines), len(lines), deadline)
        finally:
            self._changed.acquire()

    def _settled_by(self, count: int, answer: Union[Accepted, Refused]) -> None:
        rejected = count
        if isinstance(answer, Accepted):
            rejected = min(rejected, answer.rejected)
        else:
            self._last_error = answer.why
        self._sent += count - rejected
        self._refused += rejected
        self._settle(self._travelling, count, 0 < rejected)

    def _one_by_one(self, lines: list[bytes], deadline: float) -> None:
        """One bad event takes no other along; and some collectors take no batches."""
        sent, refused = self._sent, self._refused
        for line in lines:
            if deadline <= time.monotonic():
                return
            self._deliver([line], deadline)
        if sent < self._sent and refused == self._refused:
            self._batch_max_events = 1

    def _settle(self, lines: deque[bytes], count: int, lost: bool) -> None:
        """The first ``count`` of ``lines``."""
        for _ in range(count):
            self._bytes -= len(lines.popleft())
        self._settled += count
        self._lost += lost
        self._changed.notify_all()

    def _pause(self, until: float) -> None:
        """Waits; not any longer once somebody flushes."""
        while not self._hurry and not self._given_up and time.monotonic() < until:
            self._changed.wait(until - time.monotonic())
        self._hurry = False


def _backoff_s(attempt: int) -> float:
    """Doubling, spread so that agents do not come together."""
    return min(_BACKOFF_FIRST_S * 2.0 ** min(attempt, 10), _BACKOFF_MAX_S) * random.uniform(0.5, 1)
