"""Handles each request, with the loaded model and its KV cache."""

import gc
import sys
import traceback

import mlx.core as mx
import msgspec

from mlxtop import clock
from mlxtop.engine import protocol
from mlxtop.engine.child import load as loading
from mlxtop.engine.child.cache import Kept
from mlxtop.engine.child.facts import MemoryMeter
from mlxtop.engine.child.load import name_of
from mlxtop.engine.child.pipes import Inbox, Job, Writer
from mlxtop.engine.child.prompt import DROPS_MESSAGES, NO_CHAT_TEMPLATE
from mlxtop.engine.child.refusal import Cancelled, Refused, sentence
from mlxtop.engine.child.turn import ReplyTurn
from mlxtop.engine.child.turn_end import TurnCounts
from mlxtop.events import LoadEnd, LoadStart, Notice, TurnStart, Unload


class EngineSession:
    """Handles one request after the other on the main thread, the only one that uses MLX."""

    def __init__(self, inbox: Inbox, writer: Writer) -> None:
        self._inbox = inbox
        self._writer = writer
        self._memory = MemoryMeter(writer.emit)
        self._loaded: loading.Loaded | None = None
        self._kept: Kept | None = None
        self._free_since = 0.0

    def run(self) -> None:
        """Handle requests until a quit request."""
        while True:
            job = self._inbox.next()
            match job.request:
                case protocol.Load():
                    self._load(job, job.request)
                case protocol.Unload():
                    self._unload()
                case protocol.Chat():
                    self._chat(job, job.request)
                case protocol.Unreadable():
                    self._refuse(job, job.request)
                case protocol.Quit():
                    return
            self._free_since = clock.now()

    def _load(self, job: Job, request: protocol.Load) -> None:
        self._unload()
        name = name_of(request.model)
        started = False
        try:
            place, draft = loading.find(request)
            name = place.name
            self._writer.emit(
                LoadStart(
                    t=clock.now(),
                    model=name,
                    path=str(place.path),
                    weights_bytes=place.weights_bytes + (draft.weights_bytes if draft else 0),
                    adapter=request.adapter or "",
                    draft=draft.name if draft else "",
                )
            )
            started = True
            self._loaded = loading.load(
                request,
                place,
                draft,
                emit=self._writer.emit,
                memory=self._memory,
                cancelled=lambda: self._inbox.cancelled(job),
            )
        except Cancelled:
            error = f"Loading {name} was cancelled."
        except Exception as failure:  # noqa: BLE001 - mlx-lm may raise anything for a model's files
            error = sentence(failure, f"loading {name}")
            _log(failure)
        else:
            self._writer.emit(self._loaded.facts)
            if not self._loaded.facts.chat_template:
                self._notice(NO_CHAT_TEMPLATE.format(model=name))
            elif self._loaded.template.leaves_out:
                self._notice(DROPS_MESSAGES.format(model=name))
            self._memory.sample(always=True)
            return
        if not started:
            self._writer.emit(LoadStart(t=clock.now(), model=name))
        _free()
        self._writer.emit(LoadEnd(t=clock.now(), model=name, error=error))
        self._memory.sample(always=True)

    def _notice(self, text: str) -> None:
        self._writer.emit(Notice(t=clock.now(), origin="engine", text=text))

    def _unload(self) -> None:
        if self._loaded is None:
            return
        name = self._loaded.name
        self._loaded = self._kept = None
        _free()
        self._writer.emit(Unload(t=clock.now(), model=name))
        mx.reset_peak_memory()
        self._memory.sample(always=True)

    def _chat(self, job: Job, request: protocol.Chat) -> None:
        loaded, counts = self._loaded, TurnCounts(arrived=job.t)
        # A turn that waited for another begins at its end.
        began = max(job.t, self._free_since)
        self._writer.emit(
            TurnStart(
                t=began,
                turn=request.turn,
                index=request.index,
                sampling=request.sampling,
                draft=loaded.facts.draft if loaded else "",
                batch=request.batch,
                breakdown=request.breakdown,
                purpose=request.purpose,
            )
        )
        if self._inbox.cancelled(job):
            self._writer.emit(counts.end(request.turn, "cancelled"))
            return
        if loaded is None:
            self._writer.emit(
                counts.end(request.turn, "error", "No model is loaded: load one first.")
            )
            return
        if request.fresh or request.random_tokens is not None:
            self._kept = None
            mx.reset_peak_memory()  # the peak of a trial is its own
        turn = ReplyTurn(
            loaded,
            self._take_kept(),
            request,
            counts,
            writer=self._writer,
            memory=self._memory,
            cancelled=lambda: self._inbox.cancelled(job),
        )
        try:
            end = counts.end(request.turn, turn.run())
        except Refused as refusal:
            end = counts.end(request.turn, "error", str(refusal))
        except Exception as failure:  # noqa: BLE001 - only the turn fails, not the engine
            _log(failure)
            turn.kept = None
            end = counts.end(request.turn, "error", sentence(failure, "answering"))
        # Read before the cleanup, which is not part of the turn and can take a tenth of a second.
        now, cancelled = clock.now(), self._inbox.cancelled_at(job)
        since = None if cancelled is None else now - cancelled
        self._kept = turn.kept
        if self._kept is None:
            del turn
            _free()
        self._memory.sample(always=True)
        if request.breakdown and counts.parts:
            self._writer.emit(counts.breakdown(request.turn, began, now))
        self._writer.emit(msgspec.structs.replace(end, t=now, cancel_seconds=since))

    def _refuse(self, job: Job, request: protocol.Unreadable) -> None:
        """Answer a request that cannot be read, so that the app does not wait for its end."""
        error = f"The engine cannot read the request ({request.error})."
        if request.request == "load":
            name = name_of(request.model)
            self._writer.emit(LoadStart(t=clock.now(), model=name))
            self._writer.emit(LoadEnd(t=clock.now(), model=name, error=error))
            return
        t = max(job.t, self._free_since)
        self._writer.emit(TurnStart(t=t, turn=request.turn, index=request.index))
        self._writer.emit(TurnCounts(arrived=job.t).end(request.turn, "error", error))

    def _take_kept(self) -> Kept | None:
        """Return the kept cache and clear it: it must not stay in memory while another is built."""
        kept, self._kept = self._kept, None
        return kept


def _free() -> None:
    """Return released memory to the system."""
    gc.collect()
    mx.clear_cache()


def _log(failure: BaseException) -> None:
    """Write the traceback to the log, and release the frames that hold arrays."""
    traceback.print_exception(failure, file=sys.stderr)
    traceback.clear_frames(failure.__traceback__)
