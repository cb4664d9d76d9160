"""The one table of actions, from which keys, footers, help, palette and config are made."""

from mlxtop.actions import of_runs, of_screens
from mlxtop.actions.action import Action

BY_ID: dict[str, Action] = {action.id: action for action in (*of_runs.ACTIONS, *of_screens.ACTIONS)}
"""Every action by its name."""
