"""How long a toast stays and where: over the chat, away from the text being read."""

from typing import Any

from textual.screen import Screen

from mlxtop.tui.chat.transcript import Transcript

SHORTEST_SECONDS, LONGEST_SECONDS = 2.5, 9.0
NOTICED_SECONDS = 1.5
READ_PER_SECOND = 22.0
"""Characters that people read in a second, including paths and figures."""
TALL_ROWS = 8
"""Rows of the longest toast."""

CSS = """
Toast { width: 56; max-width: 100%; padding: 0 1; }
ToastHolder { align-horizontal: left; }
ToastRack { align: left bottom; margin: 0 0 4 0; }
ToastRack.-above { dock: top; align: left top; margin: 1 0 0 0; }

/* The screen below shows them: twice they would hide twice as much. Not the rack, which Textual
   brings back with each toast. */
ModalScreen ToastHolder { display: none; }

/* Above footer, strip, status and prompt; never wider than the chat. */
RunScreen ToastRack { margin: 0 0 8 0; }
RunScreen.-low ToastRack { margin: 0 0 7 0; }
RunScreen.-flat ToastRack { margin: 0 0 1 0; }
RunScreen ToastRack.-above { margin: 1 0 0 0; }
RunScreen.-narrow ToastRack.-above, RunScreen.-tiny ToastRack.-above { margin: 2 0 0 0; }
RunScreen.-flat ToastRack.-above { margin: 1 0 0 0; }
RunScreen.-medium Toast { max-width: 50%; }
"""


def reading_seconds(text: str) -> float:
    """Return the seconds it takes to notice and read a text, within bounds."""
    needed = NOTICED_SECONDS + len(text) / READ_PER_SECOND
    return max(SHORTEST_SECONDS, min(needed, LONGEST_SECONDS))


def place_toasts(screen: Screen[Any]) -> None:
    """Put the screen's toasts where they cover least.

    People read the end of a conversation, and below a short one there is room.
    """
    for transcript in screen.query(Transcript):
        if not transcript.region:  # a table of trials is shown instead: its head is not covered
            screen.query("ToastRack").remove_class("-above")
            continue
        empty_rows = transcript.size.height - transcript.virtual_size.height
        above = empty_rows < TALL_ROWS
        for rack in screen.query("ToastRack"):
            rack.set_class(above, "-above")
            # The prompt grows with its text; on other screens the style sheet sets the offset. By
            # name: a replay has no prompt, and should not import a text area.
            prompt = next((field for field in screen.query("Prompt") if field.region), None)
            if prompt is None or above:
                rack.styles.clear_rule("margin")
            else:
                rack.styles.margin = (0, 0, screen.size.height - prompt.region.y, 0)
