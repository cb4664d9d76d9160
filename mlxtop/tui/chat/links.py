"""Links in messages: the address is shown in full and opened only if the user agrees."""

from typing import Any
from urllib.parse import urlsplit

from textual.app import App

from mlxtop.text import one_line, visible
from mlxtop.tui.dialogs.question import ConfirmDialog

ADDRESS_LIMIT = 2_000
"""Maximum length of an address that a reader can check."""


def refusal(address: str) -> str:
    """Return why an address is not opened, as a sentence; empty if it may be."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return f"This is not a valid address: {one_line(address, 80)}"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return f"Only http and https addresses are opened, not {one_line(address, 80)}"
    if len(address) > ADDRESS_LIMIT or visible(address) != address or " " in address:
        return f"This address is too long or has hidden characters: {one_line(address, 80)}"
    return ""


def ask_to_open(app: App[Any], address: str) -> None:
    """Show the whole address and open it in the browser if the user agrees."""
    if problem := refusal(address):
        app.notify(problem, severity="warning", markup=False)
        return

    def answered(yes: bool | None) -> None:
        if yes:
            app.open_url(address)

    app.push_screen(
        ConfirmDialog("Open this address in the browser?", detail=address, yes="Open"), answered
    )
