"""What a process has one of: outboxes, counters, and what happens at its fork and at its end."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import weakref
from typing import Any

from .outbox import Counter, Outbox, Settings

#: Sessions of which this process knows how far they have counted.
_COUNTERS_MAX = 10_000

_lock = threading.RLock()  # a signal's handler may make a client
_outboxes: dict[Settings, Outbox] = {}
_counters: dict[str, Counter] = {}
_clients: weakref.WeakSet[Any] = weakref.WeakSet()
_finishes_in = 0


def outbox_of(settings: Settings) -> Outbox:
    """Shared by all clients that send there in that way."""
    with _lock:
        return _outboxes.setdefault(settings, Outbox(settings, _finish_at_the_end))


def counter_of(session_id: str) -> Counter:
    """Two clients of one session count together."""
    with _lock:
        counter = _counters.pop(session_id, None) or Counter()
        _counters[session_id] = counter
        while _COUNTERS_MAX < len(_counters):
            del _counters[next(iter(_counters))]
        return counter


def watch(client: Any) -> None:
    """Tells ``client`` when it finds itself in a forked process."""
    with _lock:
        _clients.add(client)


def _finish_at_the_end() -> None:
    global _finishes_in
    if _finishes_in == os.getpid():
        return
    if _finishes_in == 0:
        atexit.register(_finish)
    _finishes_in = os.getpid()
    # Processes of `multiprocessing` end without `atexit`.
    process = sys.modules.get("multiprocessing.process")
    util = sys.modules.get("multiprocessing.util")
    if process is not None and util is not None and process.parent_process() is not None:
        util.Finalize(None, _finish, exitpriority=100)


def _finish() -> None:
    for outbox in list(_outboxes.values()):
        outbox.finish()


def _forked() -> None:
    global _lock
    _lock = threading.RLock()
    for outbox in _outboxes.values():
        outbox.forget()
    for client in list(_clients):
        client._forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
