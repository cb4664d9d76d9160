"""How a run is started; imports little, so that the command line is read quickly."""

from dataclasses import dataclass, field
from pathlib import Path

from mlxtop.events import Sampling
from mlxtop.presets import Example

GIGABYTE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model and how to load it."""

    model: str
    adapter: str | None = None
    draft: str | None = None
    trust_remote_code: bool = False


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
    sampling: Sampling = field(default_factory=Sampling)
    thinking_tags: tuple[tuple[str, str], ...] = ()
    """Tags that open and close thinking, in addition to the known ones."""
    made: str = ""
    """How a recording for distribution was made; it then contains no host name."""
