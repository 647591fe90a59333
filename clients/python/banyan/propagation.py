"""How an agent that was started finds who started it.

In its environment, or in the headers of the request (W3C Baggage). What comes in headers is a
stranger's word: only session ids are read from it, never where to send.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Iterator, Optional
from urllib.parse import quote, unquote

from .wire import name_of

#: Where agents send when nothing else is said. An address, since ``localhost`` may mean ::1.
DEFAULT_ENDPOINT = "http://127.0.0.1:4317"
_ID_MAX_BYTES = 256
_SESSION = "banyan.session"
_PARENT_SESSION = "banyan.parent_session"


def endpoint_from_environment() -> str:
    """The collector that the environment names, or this machine's own."""
    return os.environ.get("BANYAN_ENDPOINT") or os.environ.get("AOP_ENDPOINT") or DEFAULT_ENDPOINT


def parent_from_environment() -> Optional[str]:
    """Who started this process."""
    return _accepted(os.environ.get("BANYAN_PARENT_SESSION"))


def take_session_from_environment() -> Optional[str]:
    """The session that this process was started to be. It is handed out once.

    Whatever this process starts itself, and every further client in it, finds that session as its
    parent.
    """
    session = _accepted(os.environ.pop("BANYAN_SESSION", None))
    if session is not None:
        os.environ["BANYAN_PARENT_SESSION"] = session
    return session


def variables(
    endpoint: str, parent: str, session: Optional[str], base: Optional[Mapping[str, str]]
) -> dict[str, str]:
    """Variables for a process that is started below ``parent``."""
    said = {**_pairs(base), "BANYAN_ENDPOINT": endpoint, "BANYAN_PARENT_SESSION": parent}
    return said if session is None else {**said, "BANYAN_SESSION": session}


def headers(
    parent: str, session: Optional[str], existing: Optional[Mapping[str, str]]
) -> dict[str, str]:
    """Headers for a request to a service that works below ``parent``; baggage there is kept."""
    kept = {name_of(name).lower(): name_of(value) for name, value in _pairs(existing).items()}
    own = [(_PARENT_SESSION, parent)] + ([] if session is None else [(_SESSION, session)])
    others = [
        member
        for name, _, member in _members(kept.get("baggage", ""))
        if name not in (_SESSION, _PARENT_SESSION)
    ]
    mine = [f"{name}={quote(value, safe='', errors='replace')}" for name, value in own]
    return {**kept, "baggage": ",".join([*others, *mine])}


def from_headers(received: Optional[Mapping[str, Any]]) -> dict[str, str]:
    """Reads them: ``session_id`` and ``parent_session_id`` for the called service's client.

    Takes any mapping of names and values, as servers give them.
    """
    found: dict[str, str] = {}
    arguments = {_SESSION: "session_id", _PARENT_SESSION: "parent_session_id"}
    try:
        pairs = _pairs(received).items()
        baggage = [str(value) for name, value in pairs if str(name).lower() == "baggage"]
    except Exception:  # whatever a server's objects raise
        return found
    for name, value, _ in _members(",".join(baggage)):
        session = _accepted(unquote(value))
        if name in arguments and session is not None:
            found[arguments[name]] = session
    return found


def _pairs(mapping: Any) -> dict[Any, Any]:
    try:
        return {} if mapping is None else dict(mapping.items())
    except Exception:  # not a mapping at all
        return {}


def _members(baggage: str) -> Iterator[tuple[str, str, str]]:
    """Name, value, the whole member."""
    for member in baggage.split(","):
        name, sign, value = member.split(";")[0].partition("=")
        if sign:
            yield name.strip(), value.strip(), member.strip()


def _accepted(session: Optional[str]) -> Optional[str]:
    """``session``, if a collector would take it."""
    if not session or not session.isprintable():
        return None
    return session if len(session.encode("utf-8", "replace")) <= _ID_MAX_BYTES else None
