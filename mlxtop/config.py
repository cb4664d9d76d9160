"""The user's config.toml: each value is checked separately, each problem is one sentence.

For a wrong value the default is used, with a message; a config never prevents a start.
"""

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta, structs

from mlxtop import paths, state, user_files
from mlxtop.actions import BY_ID
from mlxtop.actions.key_names import normalize
from mlxtop.actions.table import Clash, clash, is_plain, keys_of, main
from mlxtop.events import Sampling
from mlxtop.sampling_settings import LIMITS, together
from mlxtop.text import one_line, visible
from mlxtop.themes import DEFAULT_THEME


class Thinking(msgspec.Struct, frozen=True, kw_only=True):
    """How models mark their thinking."""

    tags: tuple[tuple[str, str], ...] = ()
    """Opening and closing tags, in addition to the known ones."""


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of this start; `path` and `given` say where they come from."""

    theme: str = DEFAULT_THEME
    hz: float = 5.0
    """Readings and frames per second."""
    record: bool = True
    text: bool = True
    """Whether a recording keeps prompts and replies."""
    recordings_limit_gb: float = 5.0
    """Recording pauses when all recordings together reach this size."""
    recordings_dir: Path = msgspec.field(default_factory=paths.recordings_dir)
    model: str | None = None
    """The model to open if none is named; None: the first screen asks."""
    notify: str = "off"
    """How you learn of the end of a long answer or a benchmark, and of pressure that rises."""
    keys: dict[str, list[str]] = {}
    """Action id → the user's own keys, with Textual's names."""
    sampling: Sampling = Sampling()
    thinking: Thinking = Thinking()
    path: Path = msgspec.field(default_factory=paths.config_file)
    """The file; it need not exist."""
    theme_remembered: bool = False
    """Whether `theme` was chosen with a key in an earlier run, not in the file."""
    given: frozenset[str] = frozenset()
    """Settings from the file that are in use: `hz`, `keys.freeze`, `sampling.seed`."""

    @property
    def recordings_limit_bytes(self) -> int:
        """The limit of all recordings together, in bytes."""
        return int(self.recordings_limit_gb * 1e9)


class _Rule(NamedTuple):
    type: object
    must_be: str
    holds: Callable[[Any], bool] = lambda _: True


_Text = Annotated[str, Meta(min_length=1)]

_SETTINGS = {
    "theme": _Rule(_Text, "the name of a theme"),
    "hz": _Rule(Annotated[float, Meta(ge=1, le=20)], "between 1 and 20"),
    "record": _Rule(bool, "true or false"),
    "text": _Rule(bool, "true or false"),
    "recordings_limit_gb": _Rule(
        Annotated[float, Meta(gt=0, le=1_000_000)], "a number of gigabytes above 0"
    ),
    "recordings_dir": _Rule(
        Annotated[str, Meta(pattern=r"^[/~][^\x00]*$")], "a path that begins with / or with ~"
    ),
    "notify": _Rule(Literal["off", "bell", "desktop"], '"off", "bell" or "desktop"'),
    "model": _Rule(_Text, 'a model directory, a Hugging Face id or "demo"'),
}
_SAMPLING = {name: _Rule(limit.type, limit.words, limit.holds) for name, limit in LIMITS.items()}
_Tag = Annotated[str, Meta(min_length=2, max_length=60, pattern=r"\S")]
_THINKING = {
    "tags": _Rule(
        tuple[tuple[_Tag, _Tag], ...],
        'a list of pairs, as in [["<reason>", "</reason>"]], of two different tags each',
        lambda tags: all(start.strip() != end.strip() for start, end in tags),
    )
}
_TABLES = ("keys", "sampling", "thinking")
_MOST_BYTES = 2**20


def load(path: Path | None = None) -> tuple[Config, list[str]]:
    """Return the settings and the problems of the file, one sentence each."""
    config, problems = _read(path or paths.config_file())
    config, forgotten = _with_remembered_theme(config)
    return config, problems + forgotten


def _read(path: Path) -> tuple[Config, list[str]]:
    try:
        text = user_files.read_text(path, most=_MOST_BYTES, waits=False)
        table = user_files.toml_of(text)
    except FileNotFoundError:
        return Config(path=path), []
    except OSError as error:
        return Config(path=path), [f"{path} cannot be read ({error.strerror}); defaults are used"]
    except user_files.Unreadable as error:
        said = error.sentence(str(path)).removesuffix(".")
        return Config(path=path), [f"{said}; defaults are used"]
    return _Reading(path, text, table).config()


class _Reading:
    """One reading of one file: collects settings and problems."""

    def __init__(self, path: Path, text: str, table: dict[str, Any]) -> None:
        self.path = path
        self.lines = text.splitlines()
        self.table = table
        self.problems: list[str] = []

    def config(self) -> tuple[Config, list[str]]:
        top = {name: value for name, value in self.table.items() if name not in _TABLES}
        values = self.checked("", top, _SETTINGS, Config)
        sampling = self.checked("sampling", self.section("sampling"), _SAMPLING, Sampling)
        if wrong := together(Sampling(**sampling)):
            del sampling["kv_bits"]
            self.say("sampling", "kv_bits", f"{wrong.rstrip('.')}; kv_bits is ignored")
        thinking = self.checked("thinking", self.section("thinking"), _THINKING, Thinking)
        keys = self.keys(self.section("keys"))
        given = [*values, *(f"sampling.{name}" for name in sampling)]
        given += [f"thinking.{name}" for name in thinking]
        given += [f"keys.{name}" for name in keys]
        if folder := values.get("recordings_dir"):
            try:
                values["recordings_dir"] = Path(folder).expanduser()
            except RuntimeError:
                del values["recordings_dir"]
                self.say("", "recordings_dir", f"there is no home directory {_shown(folder)}")
        config = Config(
            **values,
            keys=keys,
            sampling=Sampling(**sampling),
            thinking=Thinking(**thinking),
            path=self.path,
            given=frozenset(given),
        )
        return config, self.problems

    def section(self, name: str) -> dict[str, Any]:
        value = self.table.get(name, {})
        if isinstance(value, dict):
            return value
        self.say("", name, f"{name} must be a table, [{name}], not {_shown(value)}")
        return {}

    def checked(
        self,
        section: str,
        table: dict[str, Any],
        rules: dict[str, _Rule],
        struct: type[msgspec.Struct],
    ) -> dict[str, Any]:
        defaults = struct()
        values: dict[str, Any] = {}
        for name, value in table.items():
            full = f"{section}.{name}" if section else name
            if name not in rules:
                near = self.nearest(name, [*rules, *(() if section else _TABLES)])
                self.say(section, name, f"unknown setting {full}{near}")
                continue
            try:
                found = msgspec.convert(value, rules[name].type)
                if not rules[name].holds(found):
                    raise msgspec.ValidationError
                values[name] = found
            except msgspec.ValidationError:
                default = _shown(getattr(defaults, name))
                self.say(
                    section,
                    name,
                    f"{full} must be {rules[name].must_be}, not {_shown(value)}; "
                    f"the default ({default}) is used",
                )
        return values

    def keys(self, table: dict[str, Any]) -> dict[str, list[str]]:
        chosen: dict[str, list[str]] = {}
        for action, value in table.items():
            if action not in BY_ID:
                near = self.nearest(action, list(BY_ID))
                self.say("keys", action, f"unknown action {action}{near}")
                continue
            written = [value] if isinstance(value, str) else value
            if not isinstance(written, list) or not all(isinstance(key, str) for key in written):
                self.say(
                    "keys",
                    action,
                    f"keys.{action} must be a key or a list of keys, not {_shown(value)}; "
                    "the default is used",
                )
                continue
            found = [key for word in written if (key := self.key(action, word, written))]
            if found:
                chosen[action] = found
        return self.without_conflicts(chosen)

    def key(self, action: str, written: str, choices: list[str]) -> str | None:
        try:
            return normalize(written)
        except ValueError as reason:
            instead = "the default is used" if len(choices) == 1 else "it is ignored"
            self.say(
                "keys",
                action,
                f"{action} cannot have the key {_shown(written)}: {reason}; {instead}",
            )
            return None

    def without_conflicts(self, chosen: dict[str, list[str]]) -> dict[str, list[str]]:
        # A dropped choice gives its action the default keys back, which may then clash with
        # another choice: repeat from the start until nothing clashes.
        while found := _clash(chosen):
            self.say(
                "keys",
                found.action,
                f"{found.action} cannot have the key {found.key}, which is the key of "
                f"{found.other} {found.where}; the default is used",
            )
            del chosen[found.action]
        return chosen

    def nearest(self, name: str, known: list[str]) -> str:
        near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
        return f"; did you mean {near[0]}?" if near else ""

    def say(self, section: str, name: str, sentence: str) -> None:
        line = line_of(self.lines, section, name)
        place = f"{self.path.name} line {line}" if line else self.path.name
        self.problems.append(visible(f"{place}: {sentence}"))


def joined(keys: Mapping[str, list[str]]) -> dict[str, str]:
    """Return the keys chosen for each action, for bindings and help."""
    return {action: ",".join(found) for action, found in keys.items()}


def _clash(chosen: Mapping[str, list[str]]) -> Clash | None:
    return clash(joined(chosen))


def line_of(lines: list[str], section: str, name: str) -> int | None:
    """Return the number of the line that sets a name, if it can be found."""
    key = rf"[\"']?{re.escape(name)}[\"']?"
    dotted = re.compile(rf"\s*{section}\s*\.\s*{key}\s*=") if section else None
    plain = re.compile(rf"\s*{key}\s*[.=]")
    header = re.compile(r"\s*\[+\s*([^\[\]]+?)\s*\]")
    inside = ""
    for number, line in enumerate(lines, 1):
        if found := header.match(line):
            inside = found[1].strip("\"'")
            if not section and inside == name:
                return number
        elif (inside == section and plain.match(line)) or (
            not inside and dotted and dotted.match(line)
        ):
            return number
    return None


def _shown(value: object) -> str:
    """Return a value as written in the file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Path):
        return _path(value)
    if value == ():
        return "none"
    text = repr(str(value))
    return text if len(text) <= 60 else text[:57] + "…'"


def _path(path: Path) -> str:
    return one_line(str(path), 500)


def remember(name: str, value: object) -> str | None:
    """Remember a value for the next start (`theme`…); return a sentence if that fails."""
    if name == "theme":
        # Valid until the file names another theme than now.
        over = _read(paths.config_file())[0].theme
        return state.remember({"theme": value, "theme_over": over})
    return state.remember({name: value})


def recall(name: str) -> object:
    """Return the remembered value of a name; None if there is none."""
    return state.recall()[0].get(name)


def _with_remembered_theme(config: Config) -> tuple[Config, list[str]]:
    known, problems = state.recall()
    theme = known.get("theme")
    if not isinstance(theme, str) or known.get("theme_over") != config.theme:
        return config, problems
    return structs.replace(config, theme=theme, theme_remembered=True), problems


def with_known_theme(config: Config, known: Collection[str]) -> tuple[Config, list[str]]:
    """Return the config with the default instead of an unknown theme, and a sentence."""
    if config.theme in known:
        return config, []
    near = difflib.get_close_matches(config.theme, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}? The" if near else "the"
    what = f"unknown theme {_shown(config.theme)}"
    if any(path.stem == config.theme for path in paths.user_themes_dir().glob("*.toml")):
        # The reason why its file is refused is another sentence.
        what, hint = f"the theme {_shown(config.theme)} cannot be used", "the"
    place = paths.state_file() if config.theme_remembered else config.path
    problem = (
        f"{place.name}: {what}; {hint} "
        f"default ({DEFAULT_THEME}) is used; `mlxtop themes` lists them all"
    )
    given = config.given - {"theme"}
    config = structs.replace(config, theme=DEFAULT_THEME, theme_remembered=False, given=given)
    return config, [visible(problem)]


def describe(config: Config) -> str:
    """Return as text: the paths, the settings in use, and where each value comes from."""
    there = "" if config.path.exists() else " (does not exist: defaults are used)"
    lines = [
        f"config      {_path(config.path)}{there}",
        f"themes      {_path(paths.user_themes_dir())}",
        f"recordings  {_path(config.recordings_dir)}",
        f"remembered  {_path(paths.state_file())}",
        "",
    ]
    rows = [_row(config, name, getattr(config, name)) for name in _SETTINGS]
    if config.theme_remembered:
        rows[0] = (*rows[0][:2], "chosen with a key")
    rows.append(("", "", ""))
    rows += [_row(config, f"sampling.{name}", getattr(config.sampling, name)) for name in _SAMPLING]
    tags = "  ".join(" ".join(pair) for pair in config.thinking.tags) or "none"
    rows += [("", "", ""), _row(config, "thinking.tags", visible(tags), quote=False)]
    rows.append(("", "", ""))
    chosen = joined(config.keys)
    for action in BY_ID.values():
        # Letters first.
        keys = sorted(keys_of(main(action), chosen), key=lambda key: not is_plain(key))
        rows.append(_row(config, f"keys.{action.id}", "  ".join(keys), quote=False))
    first = max(len(name) for name, _, _ in rows)
    second = max(len(value) for name, value, _ in rows if name != "recordings_dir")
    lines += [
        f"{name:<{first}}  {value:<{second}}  {origin}".rstrip() for name, value, origin in rows
    ]
    return "\n".join(lines)


def _row(config: Config, name: str, value: object, *, quote: bool = True) -> tuple[str, str, str]:
    origin = config.path.name if name in config.given else "default"
    return name, _shown(value).strip("'") if quote else str(value), origin
