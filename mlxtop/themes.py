"""Themes as TOML files: read and checked here, converted for Textual in `mlxtop.tui.themes`.

A file has the fields of a Textual theme and a table `[variables]`; its name is the theme's.
"""

import difflib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from mlxtop import user_files
from mlxtop.text import visible

DEFAULT_THEME = "mlxtop-dark"
_MOST_BYTES = 2**20

OUR_VARIABLES: dict[str, str] = {
    "pressure-normal": "success",
    "pressure-warn": "warning",
    "pressure-critical": "error",
    "chart-speed": "primary",
    "chart-memory": "accent",
    "chart-gpu": "secondary",
    "chart-cpu": "warning",
    "chart-swap": "error",
    "memory-wired": "accent",
    "memory-active": "primary",
    "memory-compressed": "warning",
    "memory-cached": "secondary",
    "memory-free": "panel",
    "phase-load": "accent",
    "phase-prefill": "warning",
    "phase-decode": "primary",
    "phase-idle": "panel",
    "mark": "warning",
    "recording": "error",
    "quiet": "foreground",
    "rule": "panel",
}
"""Variables of mlxtop's widgets → the field to use if a theme lacks one."""


class ThemeFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A theme as in its file; colours are `#rgb`, `#rrggbb` or `ansi_…`."""

    primary: str
    secondary: str | None = None
    accent: str | None = None
    success: str | None = None
    warning: str | None = None
    error: str | None = None
    foreground: str | None = None
    background: str | None = None
    surface: str | None = None
    panel: str | None = None
    boost: str | None = None
    dark: bool = True
    ansi: bool = False
    luminosity_spread: float = 0.15
    text_alpha: float = 0.95
    variables: dict[str, str] = {}
    name: str = ""
    """The file's name without its suffix; not a field of the file."""

    def complete(self) -> dict[str, str]:
        """Return the theme's variables; missing ones are taken from its colours."""
        filled = {}
        for variable, field in OUR_VARIABLES.items():
            colour: str | None = getattr(self, field)
            # The last choice is a colour that every theme has and that is visible on it.
            filled[variable] = colour or self.foreground or self.primary
        return filled | self.variables


COLOUR_FIELDS = tuple(
    name
    for name in ThemeFile.__struct_fields__
    if name not in ("dark", "ansi", "luminosity_spread", "text_alpha", "variables", "name")
)

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_HUES = "black|red|green|yellow|blue|magenta|cyan|white"
_COLOUR = re.compile(rf"#[0-9a-fA-F]{{3}}|#[0-9a-fA-F]{{6}}|ansi_default|ansi_(bright_)?({_HUES})")
_FAINTER = re.compile(r"(?P<colour>\S+) +\d{1,3}%|auto( +\d{1,3}%)?|transparent|initial")
_STYLE_WORDS = {"none", "not", "bold", "b", "italic", "i", "underline", "u", "reverse", "r"}
_STYLE_WORDS |= {"strike", "s", "dim", "d"}


def load_themes(folders: Iterable[Path]) -> tuple[list[ThemeFile], list[str]]:
    """Return the themes of the folders, and a sentence for each invalid file.

    The default comes first; a theme of a later folder replaces one of the same name.
    """
    found: dict[str, ThemeFile] = {}
    problems: list[str] = []
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            try:
                theme = read_theme(path)
            except ValueError as reason:
                problems.append(visible(f"theme {path.name} is not used: {reason}"))
            else:
                found[theme.name] = theme
    return sorted(found.values(), key=lambda theme: theme.name != DEFAULT_THEME), problems


def read_theme(path: Path) -> ThemeFile:
    """Return the theme in a file; raises ValueError with the error in words."""
    if not _NAME.fullmatch(path.stem):
        raise ValueError("its name must be lower-case letters, digits, - and _")
    table = _table(path)
    for name in table:
        if name not in (*COLOUR_FIELDS, *ThemeFile.__struct_fields__) or name == "name":
            raise ValueError(f"unknown field {name}{_nearest(name)}")
    if "primary" not in table:
        raise ValueError("it lacks the colour primary")
    try:
        theme = msgspec.convert({**table, "name": path.stem}, ThemeFile)
    except msgspec.ValidationError as error:
        # "Expected `bool`, got `str` - at `$.dark`"
        expected, _, place = str(error).replace("`", "").partition(" - at $.")
        raise ValueError(f"{place}: {expected[:1].lower()}{expected[1:]}") from None
    for name in COLOUR_FIELDS:
        _check_colour(name, getattr(theme, name))
    for name, value in theme.variables.items():
        _check_variable(name, value)
    return theme


def _table(path: Path) -> dict[str, Any]:
    try:
        return user_files.toml_of(user_files.read_text(path, most=_MOST_BYTES, waits=False))
    except OSError as error:
        raise ValueError(f"it cannot be read ({error.strerror})") from None
    except user_files.Unreadable as error:
        raise ValueError(user_files.why(error)) from None


def _nearest(name: str) -> str:
    if name in OUR_VARIABLES:
        return "; it belongs under [variables]"
    near = difflib.get_close_matches(name, [*COLOUR_FIELDS, "dark", "variables"], n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _check_colour(name: str, value: str | None) -> None:
    if value is not None and not _COLOUR.fullmatch(value):
        raise ValueError(f"{name} is not a colour: {value!r} (a colour is #rrggbb or ansi_red)")


def _check_variable(name: str, value: str) -> None:
    if name in OUR_VARIABLES:
        _check_colour(name, value)
        return
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a variable")
    if near := difflib.get_close_matches(name, OUR_VARIABLES, n=1, cutoff=0.9):
        raise ValueError(f"unknown variable {name}; did you mean {near[0]}?")
    if name.endswith("-style"):
        if not set(value.split()) <= _STYLE_WORDS:
            raise ValueError(f"{name} is not a text style: {value!r}")
    elif not (fainter := _FAINTER.fullmatch(value)):
        _check_colour(name, value)
    elif fainter["colour"]:
        _check_colour(name, fainter["colour"] if fainter["colour"] != "auto" else None)
