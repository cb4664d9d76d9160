"""How a run is started: light, so that a command line can be read without what a run needs."""

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
    """File of the engine's log; None: one without a name."""
    hz: float = 5.0
    """Readings and frames per second."""
    record: bool = True
    must_record: bool = False
    """Whether a run that is not recorded has failed: its recording was asked for."""
    text: bool = True
    """False: recordings keep counts and times, no prompts and no replies."""
    anonymous: bool = False
    """True: no text, and no names of people, machines and directories either."""
    limit_bytes: int = 5 * GIGABYTE
    """Recordings pause when all of them together take this much."""
    system: str = ""
    examples: tuple[Example, ...] = ()
    """Messages that every conversation begins with."""
    sampling: Sampling = field(default_factory=Sampling)
    thinking_tags: tuple[tuple[str, str], ...] = ()
    """What opens and closes thinking, beyond the tags that are known anyway."""
    made: str = ""
    """How a recording that is to be shipped was made; it then names no host."""
