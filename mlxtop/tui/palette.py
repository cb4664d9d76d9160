"""What the command palette offers: each action that can be done now."""

from collections.abc import Iterator, Mapping

from textual.app import App, SystemCommand

from mlxtop.keys import ACTIONS
from mlxtop.tui.help import keys_of
from mlxtop.tui.keys import TEXTUAL_NAMES
from mlxtop.tui.run.replay import ReplayScreen
from mlxtop.tui.run.screen import RunScreen


def commands(
    app: App[int], run: RunScreen, chosen_keys: Mapping[str, str]
) -> Iterator[SystemCommand]:
    """Yield every action that acts on the run that is looked at, with its keys."""
    where = "replay" if isinstance(run, ReplayScreen) else "live"
    for action in ACTIONS:
        if action.where not in ("both", where) or action.id == "command_palette":
            continue
        if run.only is not None and action.id not in run.only:
            continue
        name = TEXTUAL_NAMES.get(action.id, action.id)
        if not name.startswith("app.") and not run.check_action(action.id, ()):
            continue

        async def act(name: str = name) -> None:
            await app.run_action(name, default_namespace=run)

        yield SystemCommand(action.help, keys_of(action, chosen_keys), act)
    yield SystemCommand(
        "Save a picture of the screen (SVG)",
        "screenshot",
        lambda: app.set_timer(0.1, app.deliver_screenshot),
    )
