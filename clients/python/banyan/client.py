"""What an agent says about its session.

Nothing here waits, and nothing here raises: an event is written down at once, as it is at that
moment, and the outbox does the rest. Safe to use from several threads and from asyncio.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any, Optional

from . import processes, propagation
from .outbox import Outbox, Settings, Stats
from .spawn import Spawn
from .wire import fields_of, name_of, payload_text, quoted, said, truth_of
from .work import SessionWork, ToolWork

_TIMEOUT_S = 2.0
_RETRY_FOR_S = 5 * 60.0
_EXIT_AFTER_S = 2.0
_FLUSH_S = 10.0
_QUEUE_MAX_BYTES = 32 * 1024 * 1024
#: Says "not said": ``None`` as a parent says that there is none.
_FROM_ENVIRONMENT: Any = object()


class AOPClient:
    """One session of one agent. Clients with the same endpoint and settings share one sender."""

    def __init__(
        self,
        agent_id: str,
        endpoint: Optional[str] = None,
        session_id: Optional[str] = None,
        parent_session_id: Optional[str] = _FROM_ENVIRONMENT,
        agent_version: Optional[str] = None,
        timeout: float = _TIMEOUT_S,
        *,
        retry_for: float = _RETRY_FOR_S,
        exit_after: float = _EXIT_AFTER_S,
        max_queue_bytes: int = _QUEUE_MAX_BYTES,
        _outbox: Optional[Outbox] = None,
        _fresh: bool = False,
    ) -> None:
        """Times are seconds.

        ``endpoint`` defaults to ``BANYAN_ENDPOINT``, ``AOP_ENDPOINT``, ``http://127.0.0.1:4317``;
        ``session_id`` to ``BANYAN_SESSION``, else a new one; ``parent_session_id`` to
        ``BANYAN_PARENT_SESSION`` (``None`` says: a root). A batch is tried again for ``retry_for``
        before it is dropped; the process is kept for at most ``exit_after`` at its end.
        """
        self._agent_id = name_of(agent_id)
        self._agent_version = agent_version
        given = session_id or propagation.take_session_from_environment()
        if parent_session_id is _FROM_ENVIRONMENT:
            parent_session_id = propagation.parent_from_environment()
        self._enabled = True
        endpoint = str(endpoint or propagation.endpoint_from_environment())
        settings = Settings(endpoint, timeout, retry_for, exit_after, max_queue_bytes)
        self._outbox = _outbox or processes.outbox_of(settings)
        self._become(name_of(given or uuid.uuid4()), parent_session_id)
        # Where another process may count in the same session, events have identities of their own.
        self._run = uuid.uuid4().hex[:12] if given and not _fresh else ""
        processes.watch(self)

    def _become(self, session_id: str, parent: Optional[str]) -> None:
        self._session_id = session_id
        self._parent_session_id = None if parent is None or parent == session_id else str(parent)
        self._counter = processes.counter_of(session_id)
        fields = {
            "spec": "aop/1.0",
            "session_id": session_id,
            "parent_session_id": self._parent_session_id,
            "agent_id": self._agent_id,
        }
        if self._agent_version is not None:
            fields["agent_version"] = name_of(self._agent_version)
        self._head = payload_text(fields)[:-1]

    def _forked(self) -> None:
        """In a forked process: a session of its own, below the one that both would count in."""
        parent = self._session_id if 1 < self._counter.next else self._parent_session_id
        self._become(str(uuid.uuid4()), parent)
        self._run = ""

    @property
    def agent_id(self) -> str:
        return self._agent_id

    @property
    def session_id(self) -> str:
        return self._session_id

    @property
    def parent_session_id(self) -> Optional[str]:
        return self._parent_session_id

    @property
    def endpoint(self) -> str:
        return self._outbox.settings.endpoint

    @property
    def sequence(self) -> int:
        """The number that the next event will have."""
        return self._counter.next

    @property
    def enabled(self) -> bool:
        return self._enabled

    def enable(self) -> None:
        """Says things again."""
        self._enabled = True

    def disable(self) -> None:
        """Says nothing until it is enabled."""
        self._enabled = False

    @property
    def stats(self) -> Stats:
        """Of all clients that share the sender."""
        return self._outbox.stats

    # ---- the session

    def session_started(self, goal: Any = None, **fields: Any) -> None:
        """``goal`` may be the whole payload. Also known: ``llm``, ``metadata``."""
        self._say("session.started", fields_of(goal, "goal"), fields)

    def heartbeat(self, status: Any = "running", **fields: Any) -> None:
        """``running``, ``idle`` or ``waiting``. Also: ``step``, ``token_spend``, ``current_goal``."""
        self._say("session.heartbeat", fields_of(status, "status"), fields)

    def session_ended(self, outcome: str = "completed", payload: Any = None, **fields: Any) -> None:
        """``completed``, ``failed``, ``cancelled`` or ``timeout``.

        Also: ``outcome_summary``, ``error_message``, ``total_steps``, ``total_tokens``,
        ``total_cost_usd``.
        """
        # The protocol's documentation says `outcome`, its reference collector reads `status`.
        if "error_message" in fields:
            fields["error_message"] = said(fields["error_message"])
        ending = {"outcome": outcome, "status": outcome}
        self._say("session.ended", ending, fields_of(payload, "outcome_summary"), fields)

    # ---- what it thinks

    def thought(self, content: str, **fields: Any) -> None:
        """Also: ``confidence`` (``high``, ``medium``, ``low``, 0 to 1), ``next_intent``."""
        self._say("cognition.thought", {"reasoning": said(content)}, fields)

    def goal(self, goal: str, status: str = "set", **fields: Any) -> None:
        """``set``, ``in_progress``, ``completed`` or ``abandoned``. Also: ``parent_goal``."""
        self._say("cognition.goal", {"goal": said(goal), "status": status}, fields)

    def decision(self, chosen: str, alternatives: Any = None, reasoning: Any = None, **fields: Any) -> None:
        """A choice between alternatives, and why."""
        choice = {"chosen": said(chosen), "alternatives": alternatives, "reasoning": said(reasoning)}
        self._say("cognition.decision", choice, fields)

    def uncertainty(self, description: str, **fields: Any) -> None:
        """Something it is not sure about."""
        self._say("cognition.uncertainty", {"description": said(description)}, fields)

    # ---- what it does

    def tool_start(self, tool: str, input: Any = None, **fields: Any) -> str:
        """Gives the call's id, for :meth:`tool_end`."""
        call = str(uuid.uuid4())
        self._say("operation.tool_start", {"tool": tool, "input": input, "tool_call_id": call}, fields)
        return call

    def tool_end(
        self,
        tool: str,
        success: bool = True,
        result: Any = None,
        duration_ms: Optional[float] = None,
        tool_call_id: Optional[str] = None,
        **fields: Any,
    ) -> None:
        """``result`` is what it gave, or why it failed. Also: ``token_spend_delta``."""
        succeeded = truth_of(success)
        outcome = "output_summary" if succeeded else "error"
        call = {"tool": tool, "success": succeeded, outcome: said(result)}
        call.update(latency_ms=duration_ms, tool_call_id=tool_call_id)
        self._say("operation.tool_end", call, fields)

    def agent_spawn(self, child_agent_id: str, goal: Any = None, **fields: Any) -> Spawn:
        """Announces a child and gives its session id, which can do more: :class:`Spawn`.

        ``goal`` may be a mapping of options. Also: ``reason``, and ``session_id`` when the child's
        session exists already.
        """
        options = {**fields_of(goal, "goal"), **fields}
        given = options.pop("session_id", None)
        session = name_of(given) if given is not None else ""
        child = Spawn.of(self, name_of(child_agent_id), session or str(uuid.uuid4()), not session)
        link = {"child_session_id": str(child), "child_agent_id": child.agent_id}
        self._say("operation.agent_spawn", link, options)
        return child

    def memory(self, operation: str, key: Any = None, summary: Any = None, **fields: Any) -> None:
        """Memory was read or written."""
        self._say("operation.memory", {"operation": operation, "key": key, "summary": said(summary)}, fields)

    def external_call(self, service: str, method: Any = None, **fields: Any) -> None:
        """A service outside was called. Also: ``endpoint``, ``status``, ``duration_ms``."""
        self._say("operation.external_call", {"service": service, "method": method}, fields)

    def emit(self, type: str, payload: Any = None, **fields: Any) -> None:
        """Any event, also of a type of your own."""
        if not self._enabled:
            return
        try:
            text = payload_text({**fields_of(payload, "value"), **fields} if fields else payload)
            now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
            tail = f'"timestamp":"{now[:-6]}Z","type":{quoted(type)},"payload":{text}}}'
            self._outbox.put(self._head, self._run, self._counter, tail)
        except Exception:
            pass  # Out of memory, most likely. Whatever it is, it is not the agent's trouble.

    def _say(self, type: str, *parts: dict[str, Any]) -> None:
        """Fields, of which later parts replace those of earlier ones."""
        payload = {name: value for part in parts for name, value in part.items()}
        self.emit(type, {name: value for name, value in payload.items() if value is not None})

    # ---- around a piece of work

    def session(self, goal: Any = None, **fields: Any) -> SessionWork:
        """``with client.session(goal="…"):`` starts the session, and ends it as the block ends."""
        return SessionWork(self, goal, fields)

    def tool(self, tool: str, input: Any = None, **fields: Any) -> ToolWork:
        """``with client.tool("search", {…}) as call:`` is a tool call with its duration."""
        return ToolWork(self, tool, input, fields)

    # ---- to others, and to the end

    def env(self, base: Optional[Mapping[str, str]] = None) -> dict[str, str]:
        """Variables for a process that will announce itself as a child of this session."""
        return propagation.variables(self.endpoint, self._session_id, None, base)

    def headers(self, existing: Optional[Mapping[str, str]] = None) -> dict[str, str]:
        """Headers for a service that will announce itself as a child of this session."""
        return propagation.headers(self._session_id, None, existing)

    def flush(self, timeout: float = _FLUSH_S) -> bool:
        """Waits until what was said before is acknowledged; ``False`` when not, or not in time."""
        return self._outbox.flush(timeout)

    async def flush_async(self, timeout: float = _FLUSH_S) -> bool:
        """The same without holding up the event loop."""
        return await asyncio.get_running_loop().run_in_executor(None, self.flush, timeout)

    def __enter__(self) -> AOPClient:
        return self

    def __exit__(self, *_error: Any) -> None:
        self.flush()

    async def __aenter__(self) -> AOPClient:
        return self

    async def __aexit__(self, *_error: Any) -> None:
        await self.flush_async()
