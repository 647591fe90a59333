"""One event as one line of JSON, made so that it can always be made.

Whatever an agent passes as a payload, the worst that may happen is that a part of it is replaced by
a word.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

#: What a collector takes as one event, less room for the envelope.
PAYLOAD_MAX_BYTES = 1024 * 1024 - 8 * 1024

#: Stands for what raises when it is looked at.
UNREADABLE = "[unreadable]"


class _Limits(NamedTuple):
    text_max_chars: float
    items_max: Optional[int]
    levels_max: int


#: For a payload that cannot be written as it is …
_ROOMY = _Limits(math.inf, None, 48)
#: … and for one that is too large.
_TIGHT = _Limits(4_096, 64, 8)


def payload_text(payload: Any) -> str:
    """A payload as a JSON object; what is not an object becomes ``{"value": …}``.

    Cycles, NaN and strange keys are replaced; a payload over the collector's limit keeps the
    beginning of its texts and lists and says ``"clipped": true``. Never raises for what it is given.
    """
    text = _as_it_is(payload)
    if text is None:
        text = _ENCODER.encode(_object(_plain(payload, _ROOMY)))
    if len(text) * 3 <= PAYLOAD_MAX_BYTES or len(to_bytes(text)) <= PAYLOAD_MAX_BYTES:
        return text
    tight = _ENCODER.encode({**_object(_plain(payload, _TIGHT)), "clipped": True})
    return tight if len(to_bytes(tight)) <= PAYLOAD_MAX_BYTES else '{"clipped":true}'


def to_bytes(text: str) -> bytes:
    """JSON text in UTF-8; half a surrogate pair becomes its JSON escape."""
    return text.encode("utf-8", "backslashreplace")


def quoted(text: Any) -> str:
    """A text as JSON."""
    return _ENCODER.encode(str(text))


def said(value: Any) -> Optional[str]:
    """What an agent passes as a result, a summary or an error, as text."""
    try:
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, BaseException):
            return _error(value)
        try:
            return _ENCODER.encode(value)
        except Exception:
            return _ENCODER.encode(_plain(value, _ROOMY))
    except Exception:  # whatever an agent's objects raise
        return UNREADABLE


def fields_of(value: Any, name: str) -> dict[str, Any]:
    """A payload, or its first field."""
    try:
        return dict(value) if isinstance(value, Mapping) else {name: value}
    except Exception:
        return {name: UNREADABLE}


def name_of(value: Any) -> str:
    """What an agent passes as a name or an id."""
    try:
        return str(value)
    except Exception:
        return UNREADABLE


def truth_of(value: Any) -> bool:
    """What an agent passes as a yes or a no; what cannot tell is there, and so a yes."""
    try:
        return bool(value)
    except Exception:
        return True


def _as_it_is(payload: Any) -> Optional[str]:
    try:
        text = _ENCODER.encode({} if payload is None else payload)
        return text if text.startswith("{") else None
    except Exception:  # whatever an agent's objects raise
        return None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {"value": value}


def _foreign(value: Any) -> Any:
    """What JSON does not know, as something that it knows."""
    if isinstance(value, BaseException):
        return _error(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, (set, frozenset)):
        return list(value)
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    if callable(dump := getattr(value, "model_dump", None)):
        return dump()
    return str(value)


_ENCODER = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_foreign
)


def _error(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:
        text = UNREADABLE
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _plain(value: Any, limits: _Limits, above: tuple[int, ...] = ()) -> Any:
    """``value`` as something that JSON can say; ``above`` are the ids of the objects it is in."""
    try:
        if value is None or isinstance(value, (bool, int)):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        if isinstance(value, str):
            return _clip(value, limits)
        if id(value) in above:
            return "[circular]"
        if limits.levels_max <= len(above):
            return "[deep]"
        inside = (*above, id(value))
        if isinstance(value, dict):
            kept = list(value.items())[: limits.items_max]
            return {str(name): _plain(item, limits, inside) for name, item in kept}
        if isinstance(value, (list, tuple)):
            items = [_plain(item, limits, inside) for item in value[: limits.items_max]]
            left = len(value) - len(items)
            return [*items, f"… {left} more"] if left else items
        return _plain(_foreign(value), limits, inside)
    except Exception:  # whatever an agent's objects raise
        return UNREADABLE


def _clip(text: str, limits: _Limits) -> str:
    if len(text) <= limits.text_max_chars:
        return text
    kept = int(limits.text_max_chars)
    return f"{text[:kept]}… {len(text) - kept} more characters"
