"""Sends what an agent does to a Banyan (or any other AOP) collector.

Reading order: client (what an agent says), work (the same around a piece of work), wire (how it is
written down), outbox (how it gets there), propagation (how a process or a service that was started
finds its parent).
"""

from .client import AOPClient, Spawn
from .outbox import Stats
from .propagation import from_headers
from .work import SessionWork, ToolWork

__all__ = ["AOPClient", "SessionWork", "Spawn", "Stats", "ToolWork", "from_headers"]
