"""A child that was announced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Optional

from . import propagation

if TYPE_CHECKING:
    from .client import AOPClient


class Spawn(str):
    """A child that was announced: its session id, and everything that a child needs."""

    agent_id: str
    _parent: AOPClient
    _fresh: bool

    @classmethod
    def of(cls, parent: AOPClient, agent_id: str, session_id: str, fresh: bool) -> Spawn:
        """``fresh``: nobody else can know its session id yet."""
        spawn = cls(session_id)
        spawn.agent_id, spawn._parent, spawn._fresh = agent_id, parent, fresh
        return spawn

    def __reduce__(self) -> Any:
        return str, (str(self),)  # to another process goes the id alone

    @property
    def session_id(self) -> str:
        return str(self)

    @property
    def parent_session_id(self) -> str:
        return self._parent.session_id

    def client(self, agent_version: Optional[str] = None) -> AOPClient:
        """A ready client, for a child in this process."""
        client = type(self._parent)(
            self.agent_id,
            session_id=str(self),
            parent_session_id=self.parent_session_id,
            agent_version=agent_version,
            _outbox=self._parent._outbox,
            _fresh=self._fresh,
        )
        if not self._parent.enabled:
            client.disable()
        return client

    def env(self, base: Optional[Mapping[str, str]] = None) -> dict[str, str]:
        """Variables, for a child in a process of its own."""
        return propagation.variables(self._parent.endpoint, self.parent_session_id, str(self), base)

    def headers(self, existing: Optional[Mapping[str, str]] = None) -> dict[str, str]:
        """Headers, for a child behind HTTP."""
        return propagation.headers(self.parent_session_id, str(self), existing)
