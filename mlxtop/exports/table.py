"""The table of exports: an entry for each format of each family, without imports."""

import difflib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Literal, get_args

import msgspec

from mlxtop.streams import OutputLost
from mlxtop.text import one_line

Family = Literal[
    "benchmark", "plan", "conversation", "comparison", "recordings", "reading", "readings"
]
FAMILIES: dict[Family, str] = {
    "benchmark": "a benchmark's result",
    "plan": "a plan of a benchmark",
    "conversation": "a conversation",
    "comparison": "a comparison",
    "recordings": "a list of recordings",
    "reading": "a reading of this machine",
    "readings": "a stream of readings",
}
"""What is exported. CONTRIBUTING.md has the arguments of the writers."""


GROUP = "mlxtop.exports"
"""The group of entry points for exports."""


class ExportError(ValueError):
    """An export that does not exist or failed; the text is a sentence for the user."""

    def __init__(self, sentence: str, *, status: int = 1) -> None:
        """`status` is the exit status: 2 for wrong usage, 1 for a failure."""
        super().__init__(sentence)
        self.status = status


# A dataclass with so many fields would cost each start 3 ms.
class Export(msgspec.Struct, frozen=True, kw_only=True):
    """A format of a family."""

    family: Family
    name: str
    """In lower case: it becomes the option on the command line."""
    suffix: str
    """Suffix of its files, with the dot."""
    help: str
    """A short sentence for the command line's help and the app's dialog."""
    writer: str | Callable[..., Any]
    """Returns text or bytes. A string is `module:function`, imported on use."""
    option: Literal["", "file", "switch"] = ""
    """Of a built-in format. `file`: it has an option with a file, `--json FILE` (`-` is stdout).
    `switch`: an option without a value that prints it, `--json`. Empty: only `--export NAME=FILE`.
    """
    usual: int = 0
    """Place among the formats that the app writes without a question; 0: it writes it if chosen."""
    begins: bytes = b""
    """The first bytes of its files. A benchmark's result may replace a file in a model's folder
    only if that file begins with them, because it is then an earlier result."""
    package: str = ""
    """Its package and version; empty if it is built in."""

    def __post_init__(self) -> None:
        """Raise ValueError for an invalid entry."""
        if self.family not in get_args(Family):
            known = ", ".join(get_args(Family))
            raise ValueError(f"the family {self.family!r} is not one of {known}")
        if not self.name.replace("-", "").isalnum() or self.name != self.name.lower():
            raise ValueError(f"the name {self.name!r} is not of lower-case letters and digits")
        if not self.suffix.startswith("."):
            raise ValueError(f"the suffix {self.suffix!r} does not begin with a dot")

    @property
    def flag(self) -> str:
        """Its option on the command line."""
        return f"--{self.name}" if self.option else f"--export {self.name}"

    @property
    def is_chosen(self) -> bool:
        """Whether the app must ask before it writes this: no other way leads to it there."""
        return bool(self.package) or not (self.usual or self.option)

    @property
    def streams(self) -> bool:
        """Whether its writer takes items one by one instead of all at once."""
        return self.family == "readings"

    def load(self) -> Callable[..., Any]:
        """Return the writer; raises ExportError if a package's cannot be imported."""
        if callable(self.writer):
            return self.writer
        module, _, function = self.writer.partition(":")
        with self.guarded("cannot be loaded"):
            writer: Callable[..., Any] = getattr(import_module(module), function)
        return writer

    def bytes_of(self, *value: Any, **named: Any) -> bytes:
        """Return the content of the file; raises ExportError if a package's writer fails."""
        writer = self.load()
        with self.guarded():
            made = writer(*value, **named)
            if not isinstance(made, str | bytes):
                raise TypeError(f"{type(made).__name__} instead of text")
        return made if isinstance(made, bytes) else made.encode("utf-8", "replace")

    @contextmanager
    def guarded(self, what: str = "failed") -> Iterator[None]:
        """Raise ExportError for any exception of a package's export; others pass unchanged.

        A package may even end the process. `what` says in the message what happened.
        """
        try:
            yield
        except (Exception, SystemExit) as error:
            # A closed stdout is not the package's fault.
            if not self.package or isinstance(error, OSError | OutputLost | ExportError):
                raise
            raise ExportError(failure(f"{self.name} of {self.package}", what, error)) from None


def failure(title: str, what: str, error: BaseException) -> str:
    """Return a sentence about a package's export that failed; `title` names both."""
    words = one_line(f"{type(error).__name__}: {error}", 200).rstrip(": .")
    return f"The export {title} {what}: {words}."


EXPORTS: list[Export] = [
    Export(
        family="benchmark",
        name="json",
        suffix=".json",
        help="Write the result to a file; - is stdout.",
        writer="mlxtop.bench.formats:document",
        option="file",
        usual=2,
        begins=b'{\n  "format": ',
    ),
    Export(
        family="benchmark",
        name="markdown",
        suffix=".md",
        help="Write it as Markdown to a file.",
        writer="mlxtop.bench.report:markdown",
        option="file",
        usual=1,
        begins=b"## Benchmark\n",
    ),
    Export(
        family="benchmark",
        name="csv",
        suffix=".csv",
        help="Write a CSV line for each trial to a file.",
        writer="mlxtop.bench.formats:csv_text",
        option="file",
        begins=b"point,label,",
    ),
    Export(
        family="plan",
        name="toml",
        suffix=".toml",
        help="As TOML, for mlxtop bench --plan.",
        writer="mlxtop.bench.plan_toml:to_toml",
        usual=1,
    ),
    Export(
        family="conversation",
        name="markdown",
        suffix=".md",
        help="As Markdown.",
        writer="mlxtop.tui.chat.export:to_markdown",
        usual=1,
    ),
    Export(
        family="comparison",
        name="json",
        suffix=".json",
        help="As JSON.",
        writer="mlxtop.compare.report:json_text",
        option="switch",
    ),
    Export(
        family="comparison",
        name="markdown",
        suffix=".md",
        help="Also write it as Markdown to this file; - is stdout instead.",
        writer="mlxtop.compare.report:markdown",
        option="file",
        usual=1,
    ),
    Export(
        family="recordings",
        name="json",
        suffix=".json",
        help="As JSON, with every figure.",
        writer="mlxtop.files.recordings:json_text",
        option="switch",
    ),
    Export(
        family="reading",
        name="json",
        suffix=".json",
        help="With --once: print it as JSON.",
        writer="mlxtop.watch.formats:as_json",
        option="switch",
    ),
    Export(
        family="readings",
        name="csv",
        suffix=".csv",
        help="Print rows of CSV until Ctrl-C.",
        writer="mlxtop.watch.stream:CsvRows",
        option="switch",
    ),
    Export(
        family="readings",
        name="jsonl",
        suffix=".jsonl",
        help="Print JSON lines until Ctrl-C, like a recording.",
        writer="mlxtop.watch.stream:JsonLines",
        option="switch",
    ),
]
"""The built-in exports, in the order of the help."""


def built_in(*families: Family) -> list[Export]:
    """Return the built-in exports of families, in the order of the table."""
    return [one for one in EXPORTS if one.family in families]


def usual(family: Family) -> list[Export]:
    """Return the formats that the app writes without asking."""
    return sorted((one for one in built_in(family) if one.usual), key=lambda one: one.usual)


def offered(*families: Family) -> tuple[list[Export], list[str]]:
    """Return the exports of families, those of packages last, and sentences on errors."""
    from mlxtop.exports.installed import installed

    found, problems = installed()
    return [*built_in(*families), *(one for one in found if one.family in families)], problems


def any_installed() -> bool:
    """Whether packages have exports; none is imported."""
    from importlib.metadata import entry_points

    return bool(entry_points(group=GROUP))


def find(name: str, *families: Family) -> Export:
    """Return the export of that name; raises ExportError.

    For a name that is not built in, packages with that name are loaded.
    """
    for one in built_in(*families):
        if one.name == name:
            return one
    from mlxtop.exports.installed import installed

    found, problems = installed(name)
    for one in found:
        if one.family in families and one.name == name:
            return one
    if problems:
        raise ExportError(problems[0])
    # Imported where it is used: every start reads this table, few ask for an unknown format.
    from mlxtop.format import listed

    there, _ = offered(*families)
    names = sorted({one.name for one in there})
    near = difflib.get_close_matches(name, names, n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    what = FAMILIES[families[0]]
    shown = one_line(name, 40)
    sentence = f"{shown} is not a format of {what}.{meant} Formats are {listed(names)}."
    raise ExportError(sentence, status=2)
