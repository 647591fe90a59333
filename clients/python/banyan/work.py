"""The same things said around a piece of work: the block's end is the event's end.

Works in ``with`` and in ``async with``. An exception goes on its way untouched.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, Optional

from .wire import said

if TYPE_CHECKING:
    from .client import AOPClient


class SessionWork:
    """A session: completed, or failed with the exception, or cancelled, or out of time."""

    def __init__(self, client: AOPClient, goal: Any, fields: dict[str, Any]) -> None:
        self.client = client
        self._goal = goal
        self._fields = fields
        self._ending: dict[str, Any] = {}

    def ends(self, outcome_summary: Any = None, **fields: Any) -> None:
        """What the session's end will say: its final response, totals …"""
        self._ending.update(fields, outcome_summary=said(outcome_summary))

    def __enter__(self) -> SessionWork:
        self.client.session_started(self._goal, **self._fields)
        return self

    def __exit__(self, _kind: Any, error: Optional[BaseException], _trace: Any) -> None:
        ending = {"outcome": "completed", **self._ending}
        if error is not None:
            ending.update(outcome=_outcome(error), error_message=error)
        self.client.session_ended(**ending)

    async def __aenter__(self) -> SessionWork:
        return self.__enter__()

    async def __aexit__(self, kind: Any, error: Optional[BaseException], trace: Any) -> None:
        self.__exit__(kind, error, trace)


class ToolWork:
    """A tool call: succeeded, or failed with the exception."""

    def __init__(self, client: AOPClient, tool: str, input: Any, fields: dict[str, Any]) -> None:
        self._client = client
        self._tool = tool
        self._input = input
        self._fields = fields
        self._ending: tuple[bool, Any, dict[str, Any]] = (True, None, {})
        self.id = ""

    def result(self, result: Any, **fields: Any) -> None:
        """What it gave. Also: ``token_spend_delta``; ``duration_ms`` instead of the block's own."""
        self._ending = (True, result, fields)

    def failed(self, error: Any, **fields: Any) -> None:
        """That it failed without an exception."""
        self._ending = (False, error, fields)

    def __enter__(self) -> ToolWork:
        self.id = self._client.tool_start(self._tool, self._input, **self._fields)
        self._began = time.perf_counter()
        return self

    def __exit__(self, _kind: Any, error: Optional[BaseException], _trace: Any) -> None:
        took_ms = round((time.perf_counter() - self._began) * 1_000, 3)
        success, result, fields = self._ending
        if error is not None:
            success, result = False, error
        call = {"tool": self._tool, "success": success, "result": result, "tool_call_id": self.id}
        self._client.tool_end(**{"duration_ms": took_ms, **fields, **call})

    async def __aenter__(self) -> ToolWork:
        return self.__enter__()

    async def __aexit__(self, kind: Any, error: Optional[BaseException], trace: Any) -> None:
        self.__exit__(kind, error, trace)


def _outcome(error: BaseException) -> str:
    if isinstance(error, (KeyboardInterrupt, GeneratorExit, asyncio.CancelledError)):
        return "cancelled"
    if isinstance(error, SystemExit):
        return "failed" if error.code else "completed"
    return "timeout" if isinstance(error, (TimeoutError, asyncio.TimeoutError)) else "failed"
