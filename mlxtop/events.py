"""The vocabulary: every event of a run, each with a time and a unit on every field.

The same line of JSON is what the engine writes to its pipe, what the recorder writes to the
file, what replay reads and what tests use as fixtures. Names are an API: fields are only ever
added, always with a default: an old reader skips them, a new reader does not need them.

`t` is seconds on the shared clock (`mlxtop.clock`): the moment a thing happened, not the moment
it was read. Suffixes name units: `_bytes`, `_seconds`, `_per_second`, `_percent`. The type of a
text says what it holds (`mlxtop.holds`), and therefore what a redacted recording keeps.
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
    """The lowest and highest valid value of a number, as metadata of its type; many: of each."""

    lowest: float
    highest: float
    words: str = ""
    """What is out of range, if not called after the field."""


# Seconds since boot, or since the epoch: 30,000 years are enough.
LARGEST_TIME = 1e12
# For every number: JSON allows thousands of digits, and twice the largest float is infinite.
LARGEST_NUMBER = 1e30


class Event(msgspec.Struct, tag_field="kind", frozen=True, omit_defaults=True, kw_only=True):
    """Something that happened at time `t`, in seconds on the shared clock."""

    opens_file: ClassVar[bool] = False
    """Whether it may open a file, with a time before the header's, because it still holds."""
    looks_back: ClassVar[bool] = False
    """Whether its time is the moment it is about, even if it was written later."""

    t: Annotated[float, Range(0.0, LARGEST_TIME, "its time")]

    @property
    def source(self) -> tuple[str, ...]:
        """What identifies its source: the events of one source are in order of time."""
        return (str(self.__struct_config__.tag).replace("_", " "),)

    def contradiction(self) -> str:
        """Return why its fields contradict each other; empty if they do not."""
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
    """Where the figure is read, so that a person can check it ("/proc/meminfo Unevictable")."""
    hz: float
    """Requested readings per second; 0 for a figure read once."""


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
    """Its source: Apple's table, NVML, or how it was measured ("measured: …")."""
    mlx: Version = ""
    mlx_lm: Version = ""
    mlx_build: Words = ""
    """Package and platform of MLX's kernels: "mlx-metal, macosx_26_0_arm64"."""
    sensors: list[SensorInfo] = []
    text: bool = True
    """False if prompts and replies were left out on purpose."""
    made: OtherText = ""
    """How a shipped or synthetic recording was made, in a sentence."""
    synthetic: bool = False
    """True if the data were generated, not observed."""


class Anchor(Event, tag="anchor", frozen=True, kw_only=True):
    """Wall time and shared clock together: at the start, each minute, when wall time steps."""

    opens_file: ClassVar[bool] = True

    wall: _Wall


class Sample(Event, tag="sample", frozen=True, kw_only=True):
    """Readings of one tick: sensor name → value; `None` if a source had no answer.

    A sensor that was not due at this tick is absent; so is one of levels whose values were the
    same less than a second ago.
    """

    values: dict[FigureName, float | None]

    @property
    def source(self) -> tuple[str, ...]:
        """Sensors with their own thread get the time at which their reading ended."""
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
    """`max_recommended_working_set_size` as MLX reports it; None if it does not."""
    device_address: BusAddress = ""
    """PCI address of the engine's GPU from CUDA, if there are several; its figures are `gpu.…`."""


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
    """The requested name: an id, or a directory's name."""
    path: FilePath = ""
    weights_bytes: int | None = None
    adapter: FileName = ""
    draft: ModelName = ""


class LoadProgress(Event, tag="load_progress", frozen=True, kw_only=True):
    """Bytes of weights evaluated so far."""

    done_bytes: int
    total_bytes: int


class LoadEnd(Event, tag="load_end", frozen=True, kw_only=True):
    """The model is in memory, or `error` says in a sentence why it is not."""

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
    """True if the tokenizer or chat template has tags for thinking."""
    error: Annotated[str, Text(Holds.OTHER, "error of a load")] = ""


class Unload(Event, tag="unload", frozen=True, kw_only=True):
    """The model was unloaded."""

    model: ModelName = ""


class Sampling(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How a reply is generated; defaults are mlx-lm's own, except `max_tokens`."""

    temperature: float = 0.0
    top_p: float = 1.0
    min_p: float = 0.0
    top_k: int = 0
    repetition_penalty: float | None = None
    repetition_context: int = 20
    """Number of last tokens to which the repetition penalty applies."""
    xtc_probability: float = 0.0
    xtc_threshold: float = 0.1
    seed: int | None = None
    max_tokens: int = 4096
    max_kv_size: int | None = None
    """Tokens a rotating KV cache holds; None: no limit."""
    kv_bits: int | None = None
    """Bits of a quantized KV cache, from token 0; None: not quantized."""
    prefill_step: int | None = None
    """Tokens a prefill step feeds; None: adapts to about 100 ms of work."""
    draft_tokens: int = 3
    """Tokens the draft model proposes at a time."""


class Conversation(Event, tag="conversation", frozen=True, kw_only=True):
    """A new, empty conversation begins, or an earlier one continues."""

    opens_file: ClassVar[bool] = True

    id: int
    resumed: bool = False
    """Whether the conversation with this id continues as it was when another one began."""
    continues: FileName = ""
    """File of the recording whose conversation it continues; its messages follow, `restored`."""
    continues_seconds: float | None = None
    """The moment of that recording up to which it has the messages, from its beginning."""


class Message(Event, tag="message", frozen=True, kw_only=True):
    """A message is at place `index` of the conversation; later places are cut off.

    The system prompt has place −1 and cuts nothing off. Replies arrive as `TurnStart` and
    `Tokens`; an assistant `Message` restores one from before the recording began.
    """

    opens_file: ClassVar[bool] = True

    index: int
    role: Role
    text: Annotated[str | None, Text(Holds.SAID, "message")]
    """None if the recording keeps no text."""
    example: bool = False
    """True for an example: a prompt config begins conversations with it."""
    restored: bool = False
    """True for a message from an earlier recording, which this conversation continues."""


class Purpose(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The purpose of a turn in a benchmark."""

    benchmark: int
    """Number of the benchmark in this run, from 1."""
    what: PurposeName
    """Only trials count: a warm-up may include one-time work, a breakdown waits at barriers."""
    point: int
    """Place of the point in the plan, from 0."""
    number: int = 0
    """Number of the trial at its point, from 1."""
    cold: bool = False
    """True if the model was loaded for it and this is its first turn."""


class TurnStart(_OfTurn, tag="turn_start", frozen=True, kw_only=True):
    """The model is asked for the reply at place `index`; later places are cut off."""

    turn: int
    """Number of the turn in this run, from 1."""
    index: int
    sampling: Sampling = Sampling()
    draft: ModelName = ""
    batch: Annotated[int, Range(1, LARGEST_NUMBER)] = 1
    """Requests answered together: the turn's tokens are those of all. mlx-lm decodes at most 32 of
    them at a time and prefills 8."""
    breakdown: bool = False
    """True if there are barriers between the parts of each step: its speed is not the model's."""
    purpose: Purpose | None = None
    """Set for a turn of a benchmark; a turn of a chat has none."""


class Prefill(_OfTurn, tag="prefill", frozen=True, kw_only=True):
    """Prompt tokens processed so far, including those found in the KV cache."""

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
    the same time, one for each request that still runs, and no text.
    """

    turn: int
    times: Annotated[list[float], Range(0.0, LARGEST_TIME, "a token's time")]
    text: Annotated[list[str] | None, Text(Holds.SAID, "token's text")] = None
    channel: Channel = "reply"
    draft: list[bool] | None = None
    """With a draft model: whether it proposed token i. A step ends at a False."""

    def contradiction(self) -> str:
        """Return which of its lists differs in length from the times."""
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
    """The whole prompt, including the cached part; in a batch, of all requests."""
    cached_tokens: int = 0
    generation_tokens: int = 0
    """As mlx-lm counts them, including the end-of-turn token."""
    ttft_seconds: float | None = None
    """From the request's arrival in the engine to the first token."""
    prompt_tokens_per_second: float | None = None
    """mlx-lm's definition: tokens fed / time from the first prefill step to the first token. In a
    batch: without the last token of each prompt, / time of the prefill steps."""
    generation_tokens_per_second: float | None = None
    """mlx-lm's own figure: n tokens over n − 1 intervals; in a batch n tokens of all requests over
    all but the time of the prefill steps."""
    tail_text: Annotated[str | None, Text(Holds.SAID, "text after the last token")] = None
    """Text that the detokenizer still held after the last token."""
    tail_channel: Channel = "reply"
    error: Annotated[str, Text(Holds.MESSAGE, "error of a reply")] = ""
    cancel_seconds: float | None = None
    """From the cancel's arrival in the engine to the end of the turn; None if there was none."""
    template_seconds: float | None = None
    """Time for the chat template; None if there is none."""
    tokenize_seconds: float | None = None
    """Time to tokenize the prompt; None if the prompt was not text."""


class Breakdown(_OfTurn, tag="breakdown", frozen=True, kw_only=True):
    """How the time of a turn divides into parts, each timed by itself (`TurnStart.breakdown`).

    The parts add up to the time from the turn's start to `t`.
    """

    turn: int
    parts: dict[Words, float]
    """Seconds by part, over all steps: `template`, `tokenize` (absent if the prompt is not text),
    `prefill` (the prompt without its last token), `forward` (the model's steps of one token),
    `sample` (with logits processors), `detokenize`, and `overhead`, the rest."""
    steps: int
    """Steps of one token; the input of the first is the prompt's last token."""


class PlanPoint(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing that a benchmark measures."""

    label: Annotated[str, Text(Holds.WORDS, "name of a point", instead="point {place}")]
    """What distinguishes it from the other points."""
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
"""Kind of plan → what its labels hold, for recordings that do not say it."""


def _has_text(setting: Scalar | list[Scalar]) -> bool:
    if isinstance(setting, list):
        return any(isinstance(one, str) for one in setting)
    return isinstance(setting, str) and setting != LEFT_OUT


class BenchmarkStart(Event, tag="benchmark_start", frozen=True, kw_only=True):
    """A benchmark begins: its plan. Its later events have its number."""

    opens_file: ClassVar[bool] = True

    benchmark: int
    """Number of the benchmark in this run, from 1."""
    plan: Words
    """Its kind: `tokens`, `sweep`, `models`…"""
    points: Annotated[list[PlanPoint], Asked("labels_hold")]
    trials: int | None = None
    """For each point; None if the plan goes by time."""
    settings: dict[Words, Annotated[Scalar | list[Scalar], _SETTING]] = {}
    """Other fields of the plan that are not at their default: `prompt_tokens`, `sweep.kv_bits`…"""
    labels: Annotated[str, Text(Holds.WORDS, words=tuple(_LABELS))] = ""
    """What the labels of its points are made of: `words` of mlxtop and numbers, `names` of models
    and files, `prompts`. Empty if it follows from the kind of plan."""

    @property
    def labels_hold(self) -> Holds:
        """What the labels of its points hold; of an unknown kind of plan they may quote prompts."""
        if self.labels:
            return _LABELS.get(self.labels, Holds.SAID)
        if self.plan == "sweep" and any(map(_has_text, self.settings.values())):
            # The points of a sweep are named after the values that it sweeps.
            return Holds.OTHER
        return _LABELS_OF.get(self.plan, Holds.SAID)


class Trial(Event, tag="trial", frozen=True, kw_only=True):
    """The outcome of a trial, at its end; a later one of the same trial replaces it.

    Its figures are those of its turn.
    """

    looks_back: ClassVar[bool] = True

    benchmark: int
    point: int
    """Place of the point in the plan, from 0."""
    number: int
    """Number of the trial at its point, from 1."""
    turn: int | None = None
    """None if no turn could start."""
    disturbed: list[Words] = []
    """Why it does not count: what else happened on the machine."""
    unchecked: list[Words] = []
    """What is not known about the machine: the trial counts, but could not be checked."""
    failed: Annotated[str, Text(Holds.MESSAGE, "error of a trial")] = ""
    """Why it did not finish, in a sentence."""
    dropped: bool = False
    """Left out by the user."""
    note: Annotated[str, Text(Holds.NOTE, "note on a trial")] = ""
    """The user's."""

    @property
    def counts(self) -> bool:
        """True if it is valid or could not be checked."""
        return not (self.disturbed or self.failed or self.dropped)

    @property
    def valid(self) -> bool:
        """True if it counts and nothing disturbed it."""
        return self.counts and not self.unchecked


class BenchmarkEnd(Event, tag="benchmark_end", frozen=True, kw_only=True):
    """A benchmark ended; if a point is measured again, another end follows."""

    opens_file: ClassVar[bool] = True

    benchmark: int
    outcome: PlanEnd
    error: Annotated[str, Text(Holds.MESSAGE, "error of a benchmark")] = ""
    """Why it failed, in a sentence."""


class Mark(Event, tag="mark", frozen=True, kw_only=True):
    """A note that the user set at a moment."""

    looks_back: ClassVar[bool] = True

    note: Annotated[str, Text(Holds.NOTE, "note of a mark")] = ""


_Origin = Annotated[str, Text(Holds.WORDS, words=("engine", "sensors", "recorder", "app"))]
_MACHINE = ("sensors", "recorder")
"""Origins whose texts are about the machine; an error of engine or app may quote a prompt."""


class Notice(Event, tag="notice", frozen=True, kw_only=True):
    """A message that is not an error ("the KV cache was rebuilt: …")."""

    text: Annotated[str, Text(Holds.MESSAGE, "notice", apart_from=_MACHINE)]
    origin: _Origin = ""
    missing: int = 0
    """Number of lines missing before this one: they could not be written."""


class Error(Event, tag="error", frozen=True, kw_only=True):
    """An error; `text` says what failed, where and what to do, in one sentence."""

    text: Annotated[str, Text(Holds.MESSAGE, "error message", apart_from=_MACHINE)]
    origin: _Origin = ""
    """`engine`, `sensors`, `recorder`, `app`."""
    log: Annotated[list[str], Text(Holds.SAID, apart_from=_MACHINE)] = []
    """Last lines of the log of what failed."""
    engine_stopped: bool = False
    """True if this reports the end of the engine process; no model is loaded then."""


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
    """Return whether a recording begins with this event: the user's message, a turn, a mark."""
    if isinstance(event, Message):
        return event.role == "user" and not event.example and not event.restored
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
