"""How a run is started; imports little, so that the command line is read quickly."""

from dataclasses import dataclass, field
from pathlib import Path

from mlxtop import format as fmt
from mlxtop.engine.protocol import ChatMessage
from mlxtop.events import Sampling
from mlxtop.presets import Example
from mlxtop.text import one_line

GIGABYTE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model and how to load it."""

    model: str
    adapter: str | None = None
    draft: str | None = None
    trust_remote_code: bool = False


@dataclass(frozen=True, slots=True)
class EarlierConversation:
    """What a run takes over from a recording."""

    recording: str
    """The name of its file."""
    seconds: float
    """The moment up to which it has the messages, from the beginning of the recording."""
    system: str
    messages: tuple[ChatMessage, ...]
    examples: int
    """How many of the first messages are examples of a prompt config."""
    sampling: Sampling | None = None
    """The settings of the last reply; None if there was none, or they are not valid here."""
    model: str = ""
    """The name of the model that gave the last reply; empty if it is not known."""
    path: str = ""
    adapter: str = ""
    draft: str = ""

    @property
    def sentence(self) -> str:
        """Where it comes from, and how much of it there is."""
        count = fmt.counted(len(self.messages) - self.examples, "message")
        name = one_line(self.recording, 80)
        return f"Resumed from {name} at {fmt.clock(self.seconds)}, with {count}."


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """How a run is started."""

    recordings: Path
    """Directory that recordings go to."""
    log: Path | None = None
    """File of the engine's log; None: an unnamed temporary file."""
    hz: float = 5.0
    """Readings and frames per second."""
    record: bool = True
    must_record: bool = False
    """Whether a run without its recording has failed: the user asked for it."""
    text: bool = True
    """False: recordings keep counts and times, no prompts and no replies."""
    anonymous: bool = False
    """True: no text, and no names of people, machines and directories either."""
    limit_bytes: int = 5 * GIGABYTE
    """Recording pauses when all recordings together take this much."""
    system: str = ""
    examples: tuple[Example, ...] = ()
    """Messages at the beginning of every conversation."""
    earlier: EarlierConversation | None = None
    """A conversation of a recording that the run continues; `system` replaces its own."""
    sampling: Sampling = field(default_factory=Sampling)
    thinking_tags: tuple[tuple[str, str], ...] = ()
    """Tags that open and close thinking, in addition to the known ones."""
    made: str = ""
    """How a recording for distribution was made; it then contains no host name."""
