"""Every action and its keys: the one place that help, footer, palette and config read.

Plain keys act while the prompt does not have focus; the others always act. Keys are named as
Textual names them.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Where = Literal["both", "live", "replay"]


@dataclass(frozen=True, slots=True)
class Action:
    """Something a key does."""

    id: str
    always: str
    """Keys that act even in the prompt, comma-separated."""
    plain: str
    """Keys that act outside of the prompt, comma-separated."""
    label: str
    """A word or two for the footer."""
    help: str
    """A sentence for help and palette."""
    where: Where = "both"


ACTIONS: tuple[Action, ...] = (
    Action("help", "f1", "?", "help", "Show every key and what each pane means"),
    Action("freeze", "f2", "space", "freeze", "Freeze the view, or play and pause a replay"),
    Action("mark", "f3", "m", "mark", "Mark this moment, with a note", "live"),
    Action("record", "f4", "r", "record", "Turn the recording off or on", "live"),
    Action("bench", "f5", "b", "bench", "Run a benchmark: choose a plan, watch its trials", "live"),
    Action("open", "f6", "o", "open", "Open a model or a recording"),
    Action("library", "shift+f4", "R", "recordings", "Open the library of recordings"),
    Action("settings", "f7", "s", "settings", "Sampling settings and system prompt", "live"),
    Action("enlarge", "f8", "z", "enlarge", "Enlarge the selected pane; Esc restores it"),
    Action("next_pane", "f9", "p", "pane", "Select the next pane; on a narrow screen show it"),
    Action("step_back", "f11", "[", "step back", "One sample back"),
    Action("step_forward", "f12", "]", "step", "One sample forward"),
    Action("skip_back", "shift+f11", "j", "10 s back", "Ten seconds back"),
    Action("skip_forward", "shift+f12", "k", "10 s on", "Ten seconds forward"),
    Action("token_back", "", "comma", "token back", "One token back"),
    Action("token_forward", "", ".", "token", "One token forward"),
    Action("phase_back", "", "{", "phase back", "Back to where load, prefill or decode began"),
    Action("phase_forward", "", "}", "phase", "On to where the next phase begins or ends"),
    Action("mark_back", "", "(", "mark back", "Back to the mark before"),
    Action("mark_forward", "", ")", "next mark", "On to the next mark"),
    Action(
        "go_to",
        "ctrl+g",
        "g",
        "go to",
        "Go to a time: 1:23, -30s or +10 from here, 14:05:10, a mark's note",
    ),
    Action("go_start", "ctrl+home", "home,<", "start", "Go to the beginning"),
    Action("go_end", "ctrl+end", "end,>", "now", "Go to now, or to the end of a replay"),
    Action("page_up", "", "pageup,K", "page up", "One page up in the conversation"),
    Action("page_down", "", "pagedown,J", "page down", "One page down in the conversation"),
    Action("find", "ctrl+f", "/", "find", "Search the conversation, and go to that moment"),
    Action("findings", "", "f", "findings", "What stands out in the 30 s before this moment"),
    Action("find_next", "", "n", "next", "The next match", "replay"),
    Action("find_previous", "", "N", "previous", "The previous match"),
    Action(
        "loop", "", "l", "loop", "A loop: set its beginning, then its end, then clear it", "replay"
    ),
    Action("trials", "", "b", "trials/text", "A benchmark's trials, or the conversation", "replay"),
    Action("slower", "", "-", "slower", "Play slower, down to 0.25×", "replay"),
    Action("faster", "", "+,=", "faster", "Play faster, up to 64×", "replay"),
    Action("theme", "ctrl+t", "t", "theme", "Next theme"),
    Action("new_conversation", "ctrl+n", "n", "new", "Begin a new conversation", "live"),
    Action("regenerate", "ctrl+r", "a", "again", "Answer the last message again", "live"),
    Action("edit", "ctrl+o", "e", "edit", "Edit an earlier message and send it again", "live"),
    Action("copy", "ctrl+y", "y", "copy", "Copy a message or a block of code"),
    Action("export", "ctrl+s", "x", "export", "Export the conversation to Markdown"),
    Action("unload", "ctrl+l", "u", "unload", "Unload the model", "live"),
    Action(
        "restart_engine",
        "ctrl+b",
        "B",
        "restart",
        "Restart the engine if it stopped; end one that does not answer and restart it",
        "live",
    ),
    Action("engine_log", "f10", "l", "engine log", "Why the engine stopped: its log", "live"),
    Action(
        "broken_run",
        "shift+f6",
        "L",
        "last run",
        "Open the end of a run that did not end properly",
        "live",
    ),
    Action("command_palette", "ctrl+p", ":", "palette", "Find any action by its name"),
    Action("quit", "ctrl+q", "q", "quit", "Quit"),
    Action("suspend", "ctrl+z", "", "suspend", "Suspend to the shell; fg comes back"),
    Action("prompt", "", "i", "prompt", "Go back to the prompt", "live"),
    # One key, and the first of these that has something to do.
    Action("stop", "escape", "", "stop", "Stop the answer, or the loading of a model", "live"),
    Action("restore", "escape", "", "restore", "Restore an enlarged pane"),
    Action("forget_found", "escape", "", "clear find", "Clear the search result"),
    Action("leave_edit", "escape", "", "leave it", "Leave the edited message as it was", "live"),
    Action("leave", "escape", "", "leave prompt", "Leave the prompt, or go back from a replay"),
)

BY_ID: dict[str, Action] = {action.id: action for action in ACTIONS}

PLAIN_SUFFIX = ".plain"
"""A binding of plain keys has the action's id with this behind it."""


ON_A_MAC = sys.platform == "darwin"
LATE_ON_A_MAC = frozenset(
    {
        *("f11", "shift+f4", "shift+f6", "shift+f11", "shift+f12"),
        *("home", "end", "pageup", "pagedown", "ctrl+home", "ctrl+end"),
    }
)
"""Keys that macOS or its terminals keep for themselves, or that take three fingers there.

F11 shows the desktop, Shift+F11 slowly; Ctrl with Home or End moves windows (macOS 15).
Terminal.app sends nothing for Shift+F4; with Home, End, PgUp and PgDn it scrolls, unless Shift is
held.
"""


def in_reach(keys: Iterable[str], *, mac: bool = ON_A_MAC) -> list[str]:
    """Return keys with those last that do not arrive on a Mac, where this is one."""
    return sorted(keys, key=lambda key: mac and key in LATE_ON_A_MAC)


def is_plain(key: str) -> bool:
    """Return whether a key types text in a prompt, so that it only acts outside of one."""
    return len(key) == 1 or key in ("space", "home", "end", "pageup", "pagedown", "comma")


def keymap(chosen: dict[str, list[str]]) -> dict[str, str]:
    """Return binding id → keys for a user's choice of keys by action id.

    Plain keys replace an action's plain keys, others those that always act.
    """
    result: dict[str, str] = {}
    for action, keys in chosen.items():
        plain = [key for key in keys if is_plain(key)]
        always = [key for key in keys if not is_plain(key)]
        if plain:
            result[action + PLAIN_SUFFIX] = ",".join(plain)
        if always:
            result[action] = ",".join(always)
    return result
