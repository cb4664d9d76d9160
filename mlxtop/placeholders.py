"""Placeholders in the texts of a prompt config, by the names that mlx-harmony has for them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

_PLACE = re.compile(r"<\|([^|<>\n]{1,60})\|>|\{([^{}\n]{1,60})\}")


def of_time(now: datetime) -> dict[str, str]:
    """Return the placeholders of a moment with a time zone: `DATE` → `2026-01-31`."""
    return {
        "DATE": now.strftime("%Y-%m-%d"),
        "DATETIME": now.replace(tzinfo=None).isoformat(timespec="seconds"),
        "TIME": now.strftime("%H:%M:%S"),
        "TIMEZ": now.strftime("%H:%M:%S"),
        "TIMEA": now.strftime("%I:%M:%S %p"),
        "TIMEU": now.astimezone(UTC).strftime("%H:%M:%S UTC"),
    }


def filled(text: str, named: Mapping[str, str], now: datetime) -> str:
    """Return a text with its placeholders filled in; what has no such name stays as it is.

    `<|NAME|>`, in letters of any case, is a time's or one of `named`; `{name}` is one of `named`.
    """
    known = of_time(now) | {name.upper(): said for name, said in named.items()}

    def said(match: re.Match[str]) -> str:
        angled, braced = match.groups()
        found = named.get(braced) if angled is None else known.get(angled.upper())
        return match.group() if found is None else found

    return _PLACE.sub(said, text)
