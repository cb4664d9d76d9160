"""Asks before a model is downloaded, and shows progress."""

from pathlib import Path
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Button, ProgressBar, Static

from mlxtop import format as fmt
from mlxtop.models.download import (
    AnyReport,
    DownloadDone,
    DownloadFailed,
    DownloadJob,
    DownloadPlan,
    DownloadProgress,
    Speed,
)
from mlxtop.models.fits import MemoryLimit, judge
from mlxtop.text import one_line
from mlxtop.tui.dialogs.base import Dialog

_STOPPED = "Stopped. Complete files stay in the cache; a later download continues from there."


class DownloadScreen(Dialog[Path]):
    """One download; returns the model's directory, or None if it was cancelled or failed."""

    CSS_PATH = "download.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-high")]
    context: ClassVar[str] = "download"

    class Reported(Message):
        """A report from the download's process."""

        def __init__(self, report: AnyReport) -> None:
            super().__init__()
            self.report = report

    def __init__(self, model: str, cache: Path | None = None, limit: MemoryLimit | None = None):
        """`limit` is the memory a model may take, to say whether it fits."""
        super().__init__()
        self.model = model
        self.limit = limit
        self.plan: DownloadPlan | None = None
        self._job = DownloadJob(model, self._report, cache)
        self._speed = Speed()

    def _report(self, report: AnyReport) -> None:
        # From the job's thread, where only posting is safe.
        self.post_message(self.Reported(report))

    def compose(self) -> ComposeResult:
        """Lay out the question, the progress bar, and two buttons."""
        with Vertical(id="frame") as frame:
            frame.border_title = "download"
            yield Static(one_line(self.model, 120), id="model", markup=False)
            yield Static("Asking the hub for the list of files…", id="text", markup=False)
            yield ProgressBar(id="bar", show_percentage=True, show_eta=False)
            yield Static("", id="figures", markup=False)
            with Horizontal(id="buttons"):
                yield Button(
                    f"Download ({self.key('answer_yes')})",
                    id="yes",
                    variant="primary",
                    compact=True,
                )
                yield Button(f"Cancel ({self.key('cancel')})", id="no", compact=True)

    def on_mount(self) -> None:
        """Ask the hub."""
        self._phase("asking")
        self._job.start()

    def on_unmount(self) -> None:
        """End the download's process, however the dialog closes."""
        self._job.cancel()

    def _phase(self, name: Literal["asking", "planned", "running", "failed"]) -> None:
        for other in ("asking", "planned", "running", "failed"):
            self.set_class(other == name, f"-{other}")
        leave = "Close" if name == "failed" else "Cancel"
        self.query_one("#no", Button).label = f"{leave} ({self.key('cancel')})"
        self.query_one("#yes" if name == "planned" else "#no", Button).focus()

    @on(Reported)
    def _take(self, message: Reported) -> None:
        match message.report:
            case DownloadPlan() as plan:
                self.plan = plan
                self.query_one("#text", Static).update(self._question(plan))
                self._phase("planned")
            case DownloadProgress() as progress:
                self._advance(progress)
            case DownloadDone(path=path):
                self.dismiss(Path(path))
            case DownloadFailed(text=text):
                self.query_one("#text", Static).update(one_line(text, 600))
                self._phase("failed")

    def _question(self, plan: DownloadPlan) -> str:
        missing = plan.total_bytes - plan.present_bytes
        present = plan.present_bytes
        have = f" ({fmt.size(present)} already here)" if present else ""
        host = one_line(plan.host, 80)
        lines = [
            f"Download {fmt.size(missing)} in {plan.files} files from {host}{have}",
            f"to {one_line(plan.target, 120)} ({fmt.size(plan.free_bytes)} free).",
        ]
        if self.limit is not None:
            lines.append(f"In memory: {judge(plan.total_bytes, None, self.limit).sentence()}.")
        return "\n".join([*lines, *([plan.warning] if plan.warning else [])])

    def _advance(self, progress: DownloadProgress) -> None:
        if self.plan is None:
            return
        total = self.plan.total_bytes
        self._speed.add(progress.t, progress.done_bytes)
        self.query_one(ProgressBar).update(total=total, progress=progress.done_bytes)
        parts = [f"{fmt.size(progress.done_bytes)} of {fmt.size(total)}"]
        if (speed := self._speed.bytes_per_second()) is not None:
            parts.append(fmt.traffic(speed))
        left = self._speed.seconds_left(total - progress.done_bytes)
        if left is not None and progress.done_bytes < total:
            parts.append(f"{fmt.clock(left)} left")
        self.query_one("#figures", Static).update(" · ".join(parts))

    @on(Button.Pressed, "#yes")
    def action_confirm(self) -> None:
        """Start the download, once."""
        if not self.has_class("-planned"):
            return
        self._phase("running")
        self.query_one("#text", Static).update(f"Downloading. {self.key('cancel')} stops it.")
        self._job.confirm()

    @on(Button.Pressed, "#no")
    def action_cancel(self) -> None:
        """Stop and close."""
        self._job.cancel()
        if self.has_class("-running"):
            self.notify(_STOPPED, markup=False)
        self.dismiss(None)
