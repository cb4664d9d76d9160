"""The vocabulary: every event of a run, each with a time and a unit on every field.

The same line of JSON is what the engine writes to its pipe, what the recorder writes to the
file, what replay reads and what tests use as fixtures. Names are an API: fields are only ever
added, always with a default, so that an old reader skips them and a new reader does without.

`t` is seconds on the shared clock (`mlxtop.clock`): the moment a thing happened, not the moment
it was read. Suffixes name units: `_bytes`, `_seconds`, `_per_second`, `_percent`. The type of a
text says what it holds (`mlxtop.holds`), and so what of it stays in a redacted recording.
"""

from typing import Annotated, ClassVar, Literal

import msgspec

from mlxtop.holds import (
    LEFT_OUT,
    Architecture,
    Asked,
    BusAddress,
    FigureName,
    FileName,
    FilePath,
    Hardware,
    Holds,
    HostName,
    ModelName,
    OtherText,
    SystemName,
    Text,
    Version,
    Words,
)
from mlxtop.text import scrubbed

SCHEMA_VERSION = 1

Role = Literal["system", "user", "assistant"]
Channel = Literal["reply", "thinking"]
FinishReason = Literal["stop", "length", "cancelled", "error", "engine died"]
PurposeName = Literal["warm-up", "trial", "breakdown"]
PlanEnd = Literal["complete", "stopped", "failed"]
Scalar = bool | int | float | str | None


class Range(msgspec.Struct, frozen=True):
    """Between which numbers a number can be true, as metadata of its type; many: each of them."""

    lowest: float
    highest: float
    words: str = ""
    """What is out of range, where it is not called after the field."""


# Seconds since boot, or since the epoch: 30,000 years are enough.
LARGEST_TIME = 1e12
# Of anything: a JSON number may have thousands of digits, and twice the largest float is none.
LARGEST_NUMBER = 1e30


class Event(msgspec.Struct, tag_field="kind", frozen=True, omit_defaults=True, kw_only=True):
    """Something that happened at time `t`, in seconds on the shared clock."""

    opens_file: ClassVar[bool] = False
    """Whether it may stand at a file's head, from before the header: it still holds then."""
    looks_back: ClassVar[bool] = False
    """Whether it stands at the moment it is about, however late that was said."""

    t: Annotated[float, Range(0.0, LARGEST_TIME, "its time")]

    @property
    def source(self) -> tuple[str, ...]:
        """What tells its source from others: events of one come in the order of their times."""
        return (str(self.__struct_config__.tag).replace("_", " "),)

    def contradiction(self) -> str:
        """Return why its fields cannot be true together; empty where they can."""
        return ""


class _OfTurn(Event, frozen=True, kw_only=True):
    """An event of the engine about a turn."""

    opens_file: ClassVar[bool] = True

    @property
    def source(self) -> tuple[str, ...]:
        """All events of turns come from one source."""
        return ("turn",)


_Wall = Annotated[float, Range(-LARGEST_TIME, LARGEST_TIME, "its wall time")]


class SensorInfo(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What one figure of a `Sample` is: name, unit, where it is read, how often."""

    name: FigureName
    """Key in `Sample.values`, with its unit as suffix."""
    unit: Words
    """`percent`, `bytes`, `bytes_per_second`, `level`, `count`, `load`, `seconds`, `watts`…"""
    source: Words
    """Where the figure is read, in words a person can check ("/proc/meminfo Unevictable")."""
    hz: float
    """Readings per second asked for; 0 for a figure read once."""


class Header(Event, tag="header", frozen=True, kw_only=True):
    """First line of a recording: the machine, the versions, the clock anchor, the sensors."""

    schema: int
    wall: _Wall
    """Wall time at `t`, seconds since the Unix epoch."""
    clock: Annotated[
        str,
        Text(Holds.WORDS, words=("CLOCK_BOOTTIME", "CLOCK_MONOTONIC_RAW", "CLOCK_MONOTONIC")),
    ]
    """Name of the clock behind `t`."""
    mlxtop: Version
    python: Version = ""
    os: SystemName = ""
    host: HostName = ""
    chip: Hardware = ""
    cpu_cores: int | None = None
    gpu: Hardware = ""
    gpu_cores: int | None = None
    memory_bytes: int | None = None
    memory_bandwidth_bytes_per_second: float | None = None
    memory_bandwidth_source: Words = ""
    """Who says so: Apple's table, NVML, or how it was measured ("measured: …")."""
    mlx: Version = ""
    mlx_lm: Version = ""
    mlx_build: Words = ""
    """Package and platform of MLX's kernels: "mlx-metal, macosx_26_0_arm64"."""
    sensors: list[SensorInfo] = []
    text: bool = True
    """False where prompts and replies were left out on purpose."""
    made: OtherText = ""
    """How a shipped or synthetic recording was made, in a sentence."""
    synthetic: bool = False
    """True where the data were generated, not observed."""


class Anchor(Event, tag="anchor", frozen=True, kw_only=True):
    """Wall time against the shared clock: at the start, each minute, when wall time steps."""

    opens_file: ClassVar[bool] = True

    wall: _Wall


class Sample(Event, tag="sample", frozen=True, kw_only=True):
    """Readings of one tick: sensor name → value; `None` where a source had no answer.

    A sensor that was not due at this tick is absent, and one of levels that stand as they did less
    than a second ago.
    """

    values: dict[FigureName, float | None]

    @property
    def source(self) -> tuple[str, ...]:
        """Sensors with a thread of their own are stamped when their reading ends."""
        return ("sample", *sorted(self.values))


class EngineReady(Event, tag="engine_ready", frozen=True, kw_only=True):
    """The engine process runs: its versions, its device and the memory MLX may use on it."""

    opens_file: ClassVar[bool] = True

    pid: int
    mlx: Version
    mlx_lm: Version
    device: Annotated[str, Text(Holds.WORDS, words=("cpu", "gpu"))] = ""
    """`gpu` or `cpu`: MLX's default device."""
    device_name: Hardware = ""
    device_memory_bytes: int | None = None
    working_set_bytes: int | None = None
    """`max_recommended_working_set_size` as MLX reports it; None where there is none."""
    device_address: BusAddress = ""
    """PCI address of the engine's GPU as CUDA gives it, of several; its figures are `gpu.…`."""


class MlxMemory(Event, tag="mlx_memory", frozen=True, kw_only=True):
    """MLX's allocator in the engine process, in bytes."""

    opens_file: ClassVar[bool] = True

    active_bytes: int
    cache_bytes: int
    peak_bytes: int


class LoadStart(Event, tag="load_start", frozen=True, kw_only=True):
    """A model begins to load."""

    opens_file: ClassVar[bool] = True

    model: ModelName
    """The name asked for: an id, or a directory's name."""
    path: FilePath = ""
    weights_bytes: int | None = None
    adapter: FileName = ""
    draft: ModelName = ""


class LoadProgress(Event, tag="load_progress", frozen=True, kw_only=True):
    """Bytes of weights evaluated so far."""

    done_bytes: int
    total_bytes: int


class LoadEnd(Event, tag="load_end", frozen=True, kw_only=True):
    """The model is in memory (or `error` says in a sentence why not)."""

    opens_file: ClassVar[bool] = True

    model: ModelName
    path: FilePath = ""
    seconds: float = 0.0
    weights_bytes: int | None = None
    parameters: int | None = None
    quantization: Words = ""
    """In words: "4 bits, groups of 64", "bfloat16"."""
    bits_per_weight: float | None = None
    architecture: Architecture = ""
    context_tokens: int | None = None
    adapter: FileName = ""
    draft: ModelName = ""
    chat_template: bool = True
    thinking: bool = False
    """True where tokenizer or chat template know marks of thinking."""
    error: Annotated[str, Text(Holds.OTHER, "error of a load")] = ""


class Unload(Event, tag="unload", frozen=True, kw_only=True):
    """The model was let go of."""

    model: ModelName = ""


class Sampling(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How a reply is generated; defaults are mlx-lm's own, but for `max_tokens`."""

    temperature: float = 0.0
    top_p: float = 1.0
    min_p: float = 0.0
    top_k: int = 0
    repetition_penalty: float | None = None
    repetition_context: int = 20
    """Tokens back that the repetition penalty looks at."""
    xtc_probability: float = 0.0
    xtc_threshold: float = 0.1
    seed: int | None = None
    max_tokens: int = 4096
    max_kv_size: int | None = None
    """Tokens a rotating KV cache holds; None: as many as come."""
    kv_bits: int | None = None
    """Bits of a quantized KV cache, from token 0; None: not quantized."""
    prefill_step: int | None = None
    """Tokens a prefill step feeds; None: adapts to about 100 ms of work."""
    draft_tokens: int = 3
    """Tokens the draft model proposes at a time."""


class Conversation(Event, tag="conversation", frozen=True, kw_only=True):
    """A new, empty conversation begins, or an earlier one goes on."""

    opens_file: ClassVar[bool] = True

    id: int
    resumed: bool = False
    """Whether the conversation of this id goes on as it stood when another one began."""


class Message(Event, tag="message", frozen=True, kw_only=True):
    """A message stands at place `index` of the conversation; later places are cut off.

    The system prompt stands at place −1 and cuts nothing off. Replies arrive as `TurnStart` and
    `Tokens`; an assistant `Message` restores one that was said before the recording began.
    """

    opens_file: ClassVar[bool] = True

    index: int
    role: Role
    text: Annotated[str | None, Text(Holds.SAID, "message")]
    """None where the recording keeps no text."""
    example: bool = False
    """True where nobody said it: a prompt config begins conversations with it."""


class Purpose(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a turn of a benchmark is asked for."""

    benchmark: int
    """Number of the benchmark in this run, from 1."""
    what: PurposeName
    """Only trials count: a warm-up may pay for what is done once, a breakdown for its barriers."""
    point: int
    """Place of the point in the plan, from 0."""
    number: int = 0
    """Of a trial among those of its point, from 1."""
    cold: bool = False
    """True where the model was loaded for it and nothing was asked since."""


class TurnStart(_OfTurn, tag="turn_start", frozen=True, kw_only=True):
    """The model is asked for the reply at place `index`; later places are cut off."""

    turn: int
    """Number of the turn in this run, from 1."""
    index: int
    sampling: Sampling = Sampling()
    draft: ModelName = ""
    batch: Annotated[int, Range(1, LARGEST_NUMBER)] = 1
    """Requests answered at once: the turn's tokens are those of all. mlx-lm decodes at most 32 of
    them at a time and prefills 8."""
    breakdown: bool = False
    """True where barriers stand between the parts of each step: its speed is not the model's."""
    purpose: Purpose | None = None
    """Of a benchmark's turn; a chat's has none."""


class Prefill(_OfTurn, tag="prefill", frozen=True, kw_only=True):
    """Prompt tokens processed so far, those found in the KV cache included."""

    turn: int
    done_tokens: int
    total_tokens: int
    cached_tokens: int = 0
    step_tokens: int = 0
    """Size of the step that just ended; 0 before the first."""


class Tokens(_OfTurn, tag="tokens", frozen=True, kw_only=True):
    """A batch of tokens, each with its own time; `t` is the last one's.

    `text[i]` is what the detokenizer released at token i (it may hold characters back, so a
    piece can be empty or carry an earlier token's rest). In a batch the tokens of one step have
    the same time, one for each request that still goes on, and no text.
    """

    turn: int
    times: Annotated[list[float], Range(0.0, LARGEST_TIME, "a token's time")]
    text: Annotated[list[str] | None, Text(Holds.SAID, "token's text")] = None
    channel: Channel = "reply"
    draft: list[bool] | None = None
    """With a draft model: whether token i was proposed by it. A step ends at a False."""

    def contradiction(self) -> str:
        """Return which of its lists is not as long as the times."""
        number = len(self.times)
        if self.text is not None and len(self.text) != number:
            return "its times and its pieces of text differ in number"
        if self.draft is not None and len(self.draft) != number:
            return "its times and its draft flags differ in number"
        return ""


class TurnEnd(_OfTurn, tag="turn_end", frozen=True, kw_only=True):
    """The reply is complete, or `finish_reason` says why not."""

    opens_file: ClassVar[bool] = False

    turn: int
    finish_reason: FinishReason
    prompt_tokens: int = 0
    """Whole prompt, cached part included; in a batch of all requests."""
    cached_tokens: int = 0
    generation_tokens: int = 0
    """As mlx-lm counts them: the end-of-turn token included."""
    ttft_seconds: float | None = None
    """From the request's arrival in the engine to the first token."""
    prompt_tokens_per_second: float | None = None
    """mlx-lm's definition: tokens fed / time from the first prefill step to the first token. In a
    batch: without the last token of each prompt, / time of the prefill steps."""
    generation_tokens_per_second: float | None = None
    """mlx-lm's own figure: n tokens over n − 1 intervals; in a batch n tokens of all requests over
    all but the time of the prefill steps."""
    tail_text: Annotated[str | None, Text(Holds.SAID, "text after the last token")] = None
    """Text the detokenizer still held when the last token had come."""
    tail_channel: Channel = "reply"
    error: Annotated[str, Text(Holds.MESSAGE, "error of a reply")] = ""
    cancel_seconds: float | None = None
    """From the cancel's arrival in the engine to the end of the turn; None where none came."""
    template_seconds: float | None = None
    """What the chat template took; None where there is none."""
    tokenize_seconds: float | None = None
    """What making tokens of the prompt took; None where it was none of text."""


class Breakdown(_OfTurn, tag="breakdown", frozen=True, kw_only=True):
    """Where the time of a turn went that was timed part by part (`TurnStart.breakdown`).

    The parts add up to the time from the turn's start to `t`.
    """

    turn: int
    parts: dict[Words, float]
    """Seconds by part, over all steps: `template`, `tokenize` (absent where the prompt is no text),
    `prefill` (the prompt but for its last token), `forward` (the model's steps of one token),
    `sample` (logits processors included), `detokenize`, and `overhead`, the rest."""
    steps: int
    """Steps of one token; the first is fed the prompt's last token."""


class PlanPoint(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing that a benchmark measures."""

    label: Annotated[str, Text(Holds.WORDS, "name of a point", instead="point {place}")]
    """What tells it from the other points."""
    skipped: Words = ""
    """Why it is not measured, in words."""


_SETTING = Text(
    Holds.MESSAGE,
    "text of a plan",
    apart_from=("models", "scenarios", "dataset", "prompt_config", "sampling.draft", "sweep.draft"),
)
_LABELS = {"words": Holds.WORDS, "names": Holds.OTHER, "prompts": Holds.SAID}
_LABELS_OF = {
    **dict.fromkeys(("tokens", "sweep", "batch", "stress", "warm"), Holds.WORDS),
    "models": Holds.OTHER,
    **dict.fromkeys(("scenarios", "dataset"), Holds.SAID),
}
"""Kinds of plan whose recordings do not say what their labels are made of → what they hold."""


def _has_text(setting: Scalar | list[Scalar]) -> bool:
    if isinstance(setting, list):
        return any(isinstance(one, str) for one in setting)
    return isinstance(setting, str) and setting != LEFT_OUT


class BenchmarkStart(Event, tag="benchmark_start", frozen=True, kw_only=True):
    """A benchmark begins: its plan. What follows of it has its number."""

    opens_file: ClassVar[bool] = True

    benchmark: int
    """Number of the benchmark in this run, from 1."""
    plan: Words
    """Its kind: `tokens`, `sweep`, `models`…"""
    points: Annotated[list[PlanPoint], Asked("labels_hold")]
    trials: int | None = None
    """Of each point; None where the plan goes by time."""
    settings: dict[Words, Annotated[Scalar | list[Scalar], _SETTING]] = {}
    """Other fields of the plan that are not at their default: `prompt_tokens`, `sweep.kv_bits`…"""
    labels: Annotated[str, Text(Holds.WORDS, words=tuple(_LABELS))] = ""
    """What the labels of its points are made of: `words` of mlxtop and numbers, `names` of models
    and files, `prompts`. Empty where it follows from the kind of plan."""

    @property
    def labels_hold(self) -> Holds:
        """What the labels of its points hold; of an unknown plan it may be what was said."""
        if self.labels:
            return _LABELS.get(self.labels, Holds.SAID)
        if self.plan == "sweep" and any(map(_has_text, self.settings.values())):
            # The points of a sweep are called after what is swept.
            return Holds.OTHER
        return _LABELS_OF.get(self.plan, Holds.SAID)


class Trial(Event, tag="trial", frozen=True, kw_only=True):
    """What came of a trial, at its end; one that comes later of the same trial replaces it.

    Its figures are those of its turn.
    """

    looks_back: ClassVar[bool] = True

    benchmark: int
    point: int
    """Place of the point in the plan, from 0."""
    number: int
    """Among the trials of its point, from 1."""
    turn: int | None = None
    """None where nothing could be asked."""
    disturbed: list[Words] = []
    """Why it does not count: what else happened on the machine, in words."""
    unchecked: list[Words] = []
    """What is not known about the machine; it counts, but could not be judged."""
    failed: Annotated[str, Text(Holds.MESSAGE, "error of a trial")] = ""
    """Why it did not finish, in a sentence."""
    dropped: bool = False
    """Left out by the user."""
    note: Annotated[str, Text(Holds.NOTE, "note on a trial")] = ""
    """The user's."""

    @property
    def counts(self) -> bool:
        """True where it is valid or could not be judged."""
        return not (self.disturbed or self.failed or self.dropped)

    @property
    def valid(self) -> bool:
        """True where it counts and nothing disturbed it."""
        return self.counts and not self.unchecked


class BenchmarkEnd(Event, tag="benchmark_end", frozen=True, kw_only=True):
    """A benchmark is over; where a point is measured once more, there is another end."""

    opens_file: ClassVar[bool] = True

    benchmark: int
    outcome: PlanEnd
    error: Annotated[str, Text(Holds.MESSAGE, "error of a benchmark")] = ""
    """Why it failed, in a sentence."""


class Mark(Event, tag="mark", frozen=True, kw_only=True):
    """The user's note at a moment."""

    looks_back: ClassVar[bool] = True

    note: Annotated[str, Text(Holds.NOTE, "note of a mark")] = ""


_Origin = Annotated[str, Text(Holds.WORDS, words=("engine", "sensors", "recorder", "app"))]
_MACHINE = ("sensors", "recorder")
"""Origins that write about the machine; an error of engine or app may quote a prompt."""


class Notice(Event, tag="notice", frozen=True, kw_only=True):
    """Something worth saying that is no error ("the KV cache was rebuilt: …")."""

    text: Annotated[str, Text(Holds.MESSAGE, "notice", apart_from=_MACHINE)]
    origin: _Origin = ""
    missing: int = 0
    """Lines that should stand before this one and could not be written."""


class Error(Event, tag="error", frozen=True, kw_only=True):
    """Something went wrong; `text` says what, where and what to do, in one sentence."""

    text: Annotated[str, Text(Holds.MESSAGE, "error message", apart_from=_MACHINE)]
    origin: _Origin = ""
    """`engine`, `sensors`, `recorder`, `app`."""
    log: Annotated[list[str], Text(Holds.SAID, apart_from=_MACHINE)] = []
    """Last lines of the log of what failed."""
    engine_stopped: bool = False
    """True where this reports the end of the engine process; no model is loaded then."""


class End(Event, tag="end", frozen=True, kw_only=True):
    """Last line of a recording that was closed properly."""

    reason: Words = ""


AnyEvent = (
    Header
    | Anchor
    | Sample
    | EngineReady
    | MlxMemory
    | LoadStart
    | LoadProgress
    | LoadEnd
    | Unload
    | Conversation
    | Message
    | TurnStart
    | Prefill
    | Tokens
    | TurnEnd
    | Breakdown
    | BenchmarkStart
    | Trial
    | BenchmarkEnd
    | Mark
    | Notice
    | Error
    | End
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


class _Tagged(msgspec.Struct):
    kind: str


_tag_decoder = msgspec.json.Decoder(_Tagged)
KINDS: frozenset[str] = frozenset(str(member.__struct_config__.tag) for member in AnyEvent.__args__)


class UnknownKind(ValueError):
    """A well-formed line whose kind this version does not know; skipped and counted."""


def begins_recording(event: Event) -> bool:
    """Return True for what a recording begins with: the user's message, a turn, a mark."""
    if isinstance(event, Message):
        return event.role == "user" and not event.example
    return isinstance(event, TurnStart | Mark)


def encode(event: Event) -> bytes:
    """Return the event as one line of JSON with its newline; lone surrogates become U+FFFD."""
    try:
        return _encoder.encode(event) + b"\n"
    except UnicodeEncodeError:
        return _encoder.encode(scrubbed(msgspec.to_builtins(event))) + b"\n"


def decode(line: bytes | memoryview) -> AnyEvent:
    """Return the event on a line.

    Raises UnknownKind for a kind of a later version, msgspec.DecodeError (ValidationError
    among them) for anything that is not an event.
    """
    try:
        return _decoder.decode(line)
    except msgspec.ValidationError:
        if _tag_decoder.decode(line).kind not in KINDS:
            raise UnknownKind(_tag_decoder.decode(line).kind) from None
        raise
