"""A live run: engine, sensors and user on one timeline and in the recording."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from mlxtop import events
from mlxtop.engine.protocol import Cancel, Chat, ChatMessage, Load, Request, Unload
from mlxtop.events import AnyEvent, Purpose, Sampling
from mlxtop.folds.fold import Fold, takes
from mlxtop.sources.base import LiveSource
from mlxtop.sources.conversation import Conversation, continued
from mlxtop.sources.options import EarlierConversation, LiveOptions, ModelSpec
from mlxtop.sources.parts import LiveParts, live_parts
from mlxtop.sources.pending_stop import STOP_SECONDS, PendingStop


@dataclass(frozen=True, slots=True)
class News:
    """A message to the user, outside of the conversation."""

    text: str
    failed: bool = False
    log: tuple[str, ...] = ()
    """Last lines of the log of what failed."""


class Live(LiveSource, Fold):
    """One run. Its methods are called from one thread; only `emit` is for any thread."""

    LEAVES_OUT: ClassVar = {
        "only the timeline shows it": (
            *(events.Anchor, events.Sample, events.MlxMemory, events.LoadStart),
            *(events.LoadProgress, events.Unload, events.TurnStart, events.Prefill),
            *(events.Tokens, events.Breakdown),
        ),
        "it came from here": (
            *(events.Header, events.Conversation, events.Message, events.BenchmarkStart),
            *(events.Trial, events.BenchmarkEnd, events.Mark, events.End),
        ),
    }

    def __init__(self, options: LiveOptions, parts: LiveParts) -> None:
        super().__init__(parts.now)
        self.options = options
        examples = [ChatMessage(role=each.role, text=each.text) for each in options.examples]
        self.conversation = Conversation(options.system, examples)
        self._earlier = options.earlier
        """Where the conversation comes from, if it continues one of a recording."""
        if options.earlier is not None:
            self.conversation = continued(options.earlier, options.system)
        self.sampling = options.sampling
        self.wanted: ModelSpec | None = None
        self.turn = 0
        """Number of the last requested turn."""
        self._open_turn: int | None = None
        self._conversation_id = 1
        self._trials: set[int] = set()
        """Turns that are not part of the conversation."""
        self.benchmarks = 0
        """Number of the last benchmark that began."""
        self._loads = 0
        """Loads that were requested and have not ended."""
        self._stopping = PendingStop(self.now)
        self.news: list[News] = []
        """Messages to show at once, in order of arrival."""
        self._started = False
        self.header = parts.header
        self.recorder = parts.recorder
        self.sampler = parts.sampler(self.emit)
        self.engine = parts.engine(self.emit)

    def start(self) -> None:
        """Start sensors, recorder and engine; returns at once."""
        self._started = True
        self.timeline.add(self.header)
        self.recorder.start()
        self._emit_beginning()
        self.sampler.start()
        self.engine.start()

    def close(self) -> None:
        """End the engine, the sensors and the recording; returns within about two seconds."""
        self.engine.close()
        self.sampler.stop()
        self.poll()
        self.recorder.close()

    def poll(self) -> None:
        """Add new events to the timeline, and check whether the engine responds."""
        super().poll()
        if self.playhead.following:
            # A frozen view keeps its events; a mark set there starts the recording.
            self.timeline.let_go_of_preroll()
        if self.unresponsive and self._stopping.behind:
            # Another request waits already: the user does not have to stop twice.
            self.restart_engine()
        elif self.unresponsive and self._stopping.to_report():
            text = f"The engine has not responded to the stop for {STOP_SECONDS:.0f} s"
            self.news.append(News(f"{text}; stop again to end it."))

    def add(self, event: AnyEvent) -> None:
        """Add an event to the timeline, and act on it."""
        super().add(event)
        self.takers[type(event)](self, event)

    @takes(events.EngineReady)
    def _engine_ready(self, event: events.EngineReady) -> None:
        self.sampler.set_engine_pid(event.pid)
        if event.device_address:
            self.sampler.set_engine_gpu(event.device_address)

    @takes(events.LoadEnd)
    def _load_end(self, event: events.LoadEnd) -> None:
        self._stopping.over()
        self._loads = max(0, self._loads - 1)
        if event.error:
            self.news.append(News(event.error, failed=True))

    @takes(events.Notice)
    def _notice(self, event: events.Notice) -> None:
        self.news.append(News(event.text))

    @takes(events.Error)
    def _error(self, event: events.Error) -> None:
        self.news.append(News(event.text, failed=True, log=tuple(event.log)))
        if event.engine_stopped:
            self._stopping.over()
            self._loads = 0
            self._open_turn = None
            self.sampler.set_engine_pid(None)

    @takes(events.TurnEnd)
    def _turn_end(self, event: events.TurnEnd) -> None:
        self._stopping.over()
        if event.turn == self._open_turn:
            self._open_turn = None
        turn = self.timeline.turns.get(event.turn)
        if event.turn in self._trials or turn is None:
            return
        if turn.start.index == len(self.conversation):
            reply = turn.text(math.inf).reply or ""
            if reply or event.finish_reason in ("stop", "length"):
                self.conversation.put(turn.start.index, ChatMessage(role="assistant", text=reply))

    @property
    def model(self) -> events.LoadEnd | None:
        """The model that is in memory."""
        return self.timeline.model.values[-1] if len(self.timeline.model) else None

    @property
    def answering(self) -> bool:
        """True from the request to the end of the reply."""
        return self._open_turn is not None

    @property
    def loading(self) -> bool:
        """True while a model is being loaded."""
        return self._loads > 0

    @property
    def engine_dead(self) -> bool:
        """True after the engine stopped by itself."""
        return self._started and not self.engine.alive

    @property
    def unresponsive(self) -> bool:
        """True if the engine has not responded to a stop in time."""
        return (self.answering or self.loading) and self._stopping.unanswered

    def load(self, wanted: ModelSpec) -> None:
        """Load a model in place of the current one."""
        self.wanted = wanted
        self.recorder.expect(wanted.model)
        if self.unresponsive:
            self._stopping.load_behind = True
            self.restart_engine()
            return
        self._loads += self._ask(
            Load(
                model=wanted.model,
                adapter=wanted.adapter,
                draft=wanted.draft,
                trust_remote_code=wanted.trust_remote_code,
                thinking_tags=self.options.thinking_tags,
            )
        )

    def unload(self) -> None:
        """Unload the model."""
        self.wanted = None
        self._ask(Unload())

    def send(self, text: str) -> None:
        """Send a message to the model."""
        self._resend(len(self.conversation), text)

    def edit(self, index: int, text: str) -> None:
        """Replace the message at `index`; later messages are removed."""
        self._resend(index, text)

    def regenerate(self) -> bool:
        """Request the last reply again; False if there are no messages yet."""
        index = self.conversation.last_user_index()
        if index is None:
            return False
        self.conversation.cut(index + 1)
        self._ask_reply()
        return True

    def trial(
        self,
        prompt_tokens: int,
        sampling: Sampling,
        *,
        batch: int = 1,
        breakdown: bool = False,
        purpose: Purpose | None = None,
    ) -> bool:
        """Request a benchmark's trial; False if no engine runs.

        A prompt of random tokens by the sampling's seed, an empty KV cache, and a reply of exactly
        `sampling.max_tokens`; `batch` of them at once, each with its own prompt. A `breakdown`
        times the parts of each step, which makes it slower. `purpose` is kept in the recording.
        """
        return self._ask_trial(
            Chat(
                turn=self.turn + 1,
                index=1,
                messages=[],
                sampling=sampling,
                random_tokens=prompt_tokens,
                batch=batch,
                breakdown=breakdown,
                purpose=purpose,
            )
        )

    def trial_of(
        self,
        messages: Sequence[ChatMessage],
        sampling: Sampling,
        *,
        breakdown: bool = False,
        purpose: Purpose | None = None,
    ) -> bool:
        """Request a trial that answers `messages`; False if no engine runs.

        It begins with an empty KV cache and its own conversation on the timeline; the one that
        `send` continues is unchanged. The reply ends when the model ends it, at
        `sampling.max_tokens` at the latest.
        """
        self.emit(events.Conversation(t=self.now(), id=self.turn + 1))
        index = 0
        for message in messages:
            place = -1 if message.role == "system" else index
            self.emit(
                events.Message(t=self.now(), index=place, role=message.role, text=message.text)
            )
            index += place >= 0
        return self._ask_trial(
            Chat(
                turn=self.turn + 1,
                index=index,
                messages=list(messages),
                sampling=sampling,
                breakdown=breakdown,
                fresh=True,
                purpose=purpose,
            )
        )

    def new_conversation(self) -> None:
        """Start again with only the system prompt and the examples."""
        self.stop()
        before = self.conversation
        self.conversation = Conversation(before.system, before.examples)
        self._begin_conversation(None)

    def resume(self, earlier: EarlierConversation) -> None:
        """Continue a conversation of a recording; what follows is recorded in a file of its own."""
        if self.answering:
            # The end of the reply belongs into the same file as its beginning.
            self.stop()
        else:
            self.recorder.begin_anew()
        self.conversation = continued(earlier, earlier.system)
        self.sampling = earlier.sampling or self.sampling
        self._begin_conversation(earlier)

    def _begin_conversation(self, earlier: EarlierConversation | None) -> None:
        self._conversation_id, self._earlier = self.turn + 1, earlier
        self._emit_beginning()

    def leave_conversation(self) -> None:
        """Pause the conversation for trials, until `resume_conversation`."""
        self.emit(events.Conversation(t=self.now(), id=self.turn + 1))

    def resume_conversation(self) -> None:
        """Continue the conversation."""
        self.emit(events.Conversation(t=self.now(), id=self._conversation_id, resumed=True))

    def set_system(self, text: str) -> None:
        """Change the system prompt, from the next reply on."""
        if text != self.conversation.system:
            self.conversation.system = text
            self._emit_system()

    def stop(self) -> None:
        """Stop the current load or reply; end an engine that did not respond to that."""
        if self.unresponsive:
            self.restart_engine()
        elif self.answering or self.loading:
            self._stopping.begin()
            self._ask(Cancel())

    def restart_engine(self) -> None:
        """Restart the engine with its model; the conversation stays.

        A load that the engine did not stop is not repeated.
        """
        unresponsive = self.unresponsive
        if unresponsive:
            if self.loading and not self._stopping.load_behind:
                self.wanted = None
            model = " and reloads its model" if self.wanted else ""
            self.emit(
                events.Notice(
                    t=self.now(),
                    origin="engine",
                    text="The engine did not respond to the stop and was ended. It "
                    f"restarts{model}; the conversation is kept, its KV cache is not.",
                )
            )
        self._stopping.over()
        self.engine.restart(grace_seconds=0.0 if unresponsive else 1.0)
        self.poll()
        self._open_turn, self._loads = None, 0
        if self.wanted is not None:
            self.load(self.wanted)

    def _emit_beginning(self) -> None:
        earlier, examples = self._earlier, len(self.conversation.examples)
        self.emit(
            events.Conversation(
                t=self.now(),
                id=self._conversation_id,
                continues="" if earlier is None else earlier.recording,
                continues_seconds=None if earlier is None else earlier.seconds,
            )
        )
        if self.conversation.system:
            self._emit_system()
        for index, message in enumerate(self.conversation.messages):
            self.emit(
                events.Message(
                    t=self.now(),
                    index=index,
                    role=message.role,
                    text=message.text,
                    example=index < examples,
                    restored=index >= examples,
                )
            )

    def _emit_system(self) -> None:
        text = self.conversation.system
        self.emit(events.Message(t=self.now(), index=-1, role="system", text=text))

    def _resend(self, index: int, text: str) -> None:
        self.conversation.put(index, ChatMessage(role="user", text=text))
        self.emit(events.Message(t=self.now(), index=index, role="user", text=text))
        self._ask_reply()

    def _ask_reply(self) -> None:
        self._ask_turn(
            Chat(
                turn=self.turn + 1,
                index=len(self.conversation),
                messages=self.conversation.prompt(),
                sampling=self.sampling,
            )
        )

    def _ask_trial(self, request: Chat) -> bool:
        self._trials.add(request.turn)
        return self._ask_turn(request)

    def _ask_turn(self, request: Chat) -> bool:
        self.turn = request.turn
        asked = self._ask(request)
        self._open_turn = request.turn if asked else None
        return asked

    def _ask(self, request: Request) -> bool:
        if self.engine.send(request):
            if not isinstance(request, Cancel):
                self._stopping.asked(request)
            return True
        self.emit(
            events.Error(
                t=self.now(),
                origin="engine",
                text="The engine is not running; restart it first.",
            )
        )
        return False


def open_live(options: LiveOptions) -> Live:
    """Return a run of this machine with its own engine, not yet started."""
    return Live(options, live_parts(options))
