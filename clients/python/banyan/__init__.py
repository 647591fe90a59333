"""Sends what an agent does to a Banyan (or any other AOP) collector.

Reading order: client (what an agent says), work (the same around a piece of work), spawn and
propagation (how an agent that was started finds its parent), wire (how an event is written down),
outbox and post (how it gets there), processes (what happens at a fork and at the end).
"""

from .client import AOPClient
from .outbox import Stats
from .propagation import from_headers
from .spawn import Spawn
from .work import SessionWork, ToolWork

__all__ = ["AOPClient", "SessionWork", "Spawn", "Stats", "ToolWork", "from_headers"]
