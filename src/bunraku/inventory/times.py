"""Points in time as the inventory keeps them: ISO 8601, UTC, milliseconds, `Z`; text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime


def normalised(text: object) -> str:
    """A time in any ISO 8601 form as the inventory keeps it; without a zone it is UTC. Raises ValueError."""
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is not a time in ISO 8601")
    try:
        when = datetime.fromisoformat(text.strip())
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is not a time in ISO 8601, such as 2026-11-22T07:41:03Z") from None
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def now() -> str:
    """This moment."""
    return normalised(datetime.now(UTC).isoformat())
