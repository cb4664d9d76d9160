"""The entries of the command palette: every enabled action."""

from collections.abc import Iterator

from textual.app import App, SystemCommand

from mlxtop.actions.key_names import keys_of
from mlxtop.actions.table import actions_in
from mlxtop.tui.bindings import Keyed


def commands(app: App[int], screen: Keyed) -> Iterator[SystemCommand]:
    """Yield every enabled action of a screen, with its keys."""
    for acts in actions_in(screen.acts_in):
        if acts.action.id == "command_palette" or not acts.help or not screen.can(acts):
            continue

        async def act(call: str = acts.call) -> None:
            await app.run_action(call, default_namespace=screen)

        yield SystemCommand(acts.help, keys_of(acts, screen.chosen_keys), act)
    yield SystemCommand(
        "Save a picture of the screen (SVG)",
        "screenshot",
        lambda: app.set_timer(0.1, app.deliver_screenshot),
    )
