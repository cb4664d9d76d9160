"""What the flags of `mlxtop bench` say, as fields of a plan."""

from collections.abc import Mapping
from typing import Any, NoReturn

import typer

from mlxtop.bench.typed import NotMeant, named, value
from mlxtop.complain import complain
from mlxtop.launch.request import USAGE


def refuse(sentence: str) -> NoReturn:
    """Say what is wrong with the flags, and end."""
    raise typer.Exit(complain(sentence, USAGE))


def kind_of(flags: Mapping[str, object]) -> str | None:
    """Return the kind of plan that flags ask for; None where they name none.

    `flags` are the kinds with what was said of them, None for nothing.
    """
    kinds = [kind for kind, said in flags.items() if said is not None]
    if len(kinds) > 1:
        options = [f"--{'with' if kind == 'models' else kind}" for kind in kinds]
        words = f"{', '.join(options[:-1])} and {options[-1]} are {len(kinds)} kinds of plan"
        how = "give one of them"
        if set(kinds) == {"batch", "sweep"}:
            how += f", or sweep the batch: --sweep batch={flags['batch']}"
        refuse(f"{words}: {how}.")
    return kinds[0] if kinds else None


def sizes(text: str | None) -> tuple[int, ...] | None:
    """Return the sizes of --batch."""
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        refuse(f"--batch takes a number of requests or several, 4 or 1,2,4,8, not {text}.")


def swept(texts: list[str]) -> dict[str, list[Any]]:
    """Return the settings of --sweep with their values."""
    told = (_named(text, "--sweep") for text in texts)
    return {name: [value(part.strip()) for part in parts.split(",")] for name, parts in told}


def settings(texts: list[str]) -> dict[str, Any]:
    """Return the settings of --set with their values."""
    return {name: value(said) for name, said in (_named(text, "--set") for text in texts)}


def _named(text: str, option: str) -> tuple[str, str]:
    try:
        return named(text)
    except NotMeant as error:
        refuse(f"{option} {error}.")
