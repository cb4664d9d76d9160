"""Resuming a conversation of a recording in the live run."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.message import Message

from mlxtop.recording.report import RecordingError
from mlxtop.sources.options import EarlierConversation, ModelSpec

if TYPE_CHECKING:
    from mlxtop.events import LoadEnd
    from mlxtop.sources.earlier import FoundModel

Show = Callable[[EarlierConversation, ModelSpec | None, str], None]
"""Shows a conversation with a model to load, None for the loaded one or none, and a remark."""


class ResumeConversation(Message):
    """Asks to resume a conversation in the live run: that of a moment, or at the end of a file."""

    def __init__(self, what: EarlierConversation | Path) -> None:
        super().__init__()
        self.what = what


def resume(
    app: App[Any],
    what: EarlierConversation | Path,
    loaded: "Callable[[], LoadEnd | None]",
    show: Show,
) -> None:
    """Look for the conversation and its model, then resume it; called in a thread."""
    # Imported here: a replay does not need it.
    from mlxtop.sources.earlier import CannotResume, find_model, read_conversation

    try:
        earlier = read_conversation(what) if isinstance(what, Path) else what
    except (CannotResume, RecordingError) as problem:
        app.call_from_thread(app.notify, str(problem), severity="warning", markup=False)
        return
    found = find_model(earlier)

    def go_on() -> None:
        """Continue with the loaded model if it is the same, else with the one that was found."""
        model = loaded()
        if model is not None and _is_same(earlier, model):
            show(earlier, None, "")
        elif found.spec is not None and found.needs_code:
            _ask_for_code(app, earlier, found, show)
        else:
            show(earlier, found.spec, found.remark)

    app.call_from_thread(go_on)


def _is_same(earlier: EarlierConversation, model: "LoadEnd") -> bool:
    return model.model == earlier.model and model.adapter == Path(earlier.adapter).name


def _ask_for_code(
    app: App[Any], earlier: EarlierConversation, found: "FoundModel", show: Show
) -> None:
    # Imported here, as in the app.
    from mlxtop.tui.dialogs.question import ConfirmDialog

    def decided(yes: bool | None) -> None:
        if yes and found.spec is not None:
            trusted = dataclasses.replace(found.spec, trust_remote_code=True)
            show(earlier, trusted, found.remark)

    question = f"{found.name} contains Python code. Run it on this machine?"
    app.push_screen(ConfirmDialog(question), decided)
