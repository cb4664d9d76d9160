"""The command palette: every action that can act now, found by its words, with its keys."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, NamedTuple

from rich.cells import cell_len
from textual.app import App
from textual.content import Content

from mlxtop.actions.contexts import TASKS
from mlxtop.actions.key_names import keys_of
from mlxtop.actions.table import actions_in
from mlxtop.tui.bindings import Keyed
from mlxtop.tui.dialogs.pick import PickDialog, PickOption

COMMANDS = "commands"


class Command(NamedTuple):
    """An action that can act now."""

    title: str
    keys: str
    act: Callable[[], Awaitable[Any]]


def commands(app: App[int], screen: Keyed) -> Iterator[Command]:
    """Yield every enabled action of a screen, by task."""
    tasks = list(TASKS)
    for acts in sorted(actions_in(screen.acts_in), key=lambda it: tasks.index(it.action.task)):
        if acts.action.id == "command_palette" or not acts.help or not screen.can(acts):
            continue

        async def act(call: str = acts.call) -> None:
            await app.run_action(call, default_namespace=screen)

        yield Command(acts.help, keys_of(acts, screen.chosen_keys), act)

    async def picture() -> None:
        app.set_timer(0.1, app.deliver_screenshot)

    yield Command("Save a picture of the screen (SVG)", "", picture)


def palette(offered: Iterable[Command]) -> PickDialog[Command]:
    """Return a list of commands, each with its keys at the right."""
    choices = [PickOption(command.title, command.keys, command) for command in offered]
    return PickDialog(COMMANDS, choices, nothing="nothing to do here", line=with_keys)


def with_keys(choice: PickOption[Command], column: int, width: int) -> Content:
    """Return the sentence of a command, and its keys at the right if they fit."""
    between = width - cell_len(choice.label) - cell_len(choice.preview) - 1
    if between < 2:
        return Content(choice.label)
    return Content.assemble(choice.label, " " * between, (choice.preview, "$quiet"))
