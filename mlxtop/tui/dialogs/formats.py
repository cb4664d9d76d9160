"""In which formats something is exported: the usual ones, or one that a package brings."""

from collections.abc import Callable
from typing import Any

from textual.screen import Screen

from mlxtop.exports import Export, Family, any_installed, listed, offered, usual
from mlxtop.tui.dialogs.pick import Choice, PickDialog

Formats = list[Export]


def ask_formats(screen: Screen[Any], family: Family, then: Callable[[Formats], object]) -> None:
    """Call `then` with the formats to write; ask where packages bring some of this family."""
    if not any_installed():
        then(usual(family))
        return

    def decide(there: Formats, problems: list[str]) -> None:
        for problem in problems:
            screen.app.notify(problem, severity="warning", markup=False)
        if not any(one.package for one in there):
            then(usual(family))
        elif screen.is_attached:
            dialog = PickDialog("export as", _choices(family, there), nothing="there is no format")
            screen.app.push_screen(dialog, chosen)

    def chosen(formats: Formats | None) -> None:
        if formats:
            then(formats)

    def look() -> None:
        # A package may take long to import: not while the screen waits.
        screen.app.call_from_thread(decide, *offered(family))

    screen.run_worker(look, thread=True, name="look for exports")


def _choices(family: Family, there: Formats) -> list[Choice[Formats]]:
    """Return the usual formats together, then each of the others, then those of packages."""
    first = usual(family)
    found = [Choice("usual", listed(one.name for one in first), first)]
    for one in there:
        if [one] != first:
            words = f"{one.help} ({one.package})" if one.package else f"a {one.suffix} file"
            found.append(Choice(one.name, words, [one]))
    return found
