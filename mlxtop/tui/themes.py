"""Themes as Textual takes them, and an ASCII driver for terminals without Unicode."""

from typing import Any

from textual.app import App
from textual.driver import Driver
from textual.theme import BUILTIN_THEMES, Theme

from mlxtop import paths
from mlxtop.ascii import to_ascii
from mlxtop.themes import COLOUR_FIELDS, OUR_VARIABLES, ThemeFile, load_themes
from mlxtop.themes import DEFAULT_THEME as DEFAULT_THEME
from mlxtop.tui.panes import PANES


def ascii_driver(base: type[Driver]) -> type[Driver]:
    """Return a driver that writes the output of `base` in ASCII."""

    class AsciiDriver(base):  # type: ignore[valid-type, misc]  # the base is chosen at run time
        def write(self, data: str) -> None:
            super().write(to_ascii(data))

    return AsciiDriver


# Used only if the shipped themes cannot be read.
_PLAIN = ThemeFile(
    name=DEFAULT_THEME,
    primary="#6cb6ff",
    secondary="#5fd3bc",
    accent="#b79cf7",
    success="#74d68c",
    warning="#f2c14e",
    error="#ff6b6b",
    foreground="#d7dee8",
    background="#0e1217",
    surface="#141a21",
    panel="#3a4654",
)


def to_textual(theme: ThemeFile) -> Theme:
    """Return the theme as Textual takes it, with all of our variables."""
    return Theme(
        name=theme.name,
        **{name: getattr(theme, name) for name in COLOUR_FIELDS},
        dark=theme.dark,
        ansi=theme.ansi,
        luminosity_spread=theme.luminosity_spread,
        text_alpha=theme.text_alpha,
        variables=_of_panes(theme) | theme.complete(),
    )


def _of_panes(theme: ThemeFile) -> dict[str, str]:
    """Return the variables that panes declare, taken from the theme's colours."""
    asked = {name: field for face in PANES.values() for name, field in face.colours.items()}
    return {
        name: getattr(theme, field) or theme.foreground or theme.primary
        for name, field in asked.items()
    }


def register_themes(app: App[Any]) -> list[str]:
    """Register the shipped themes and the user's; return a sentence on each broken file."""
    themes, problems = load_themes([paths.themes_dir(), paths.user_themes_dir()])
    if DEFAULT_THEME not in {theme.name for theme in themes}:
        themes.insert(0, _PLAIN)
    for theme in themes:
        app.register_theme(to_textual(theme))
    return problems


def theme_names() -> tuple[set[str], list[str]]:
    """Return all theme names, with Textual's own, and a sentence on each broken file."""
    themes, problems = load_themes([paths.themes_dir(), paths.user_themes_dir()])
    return {DEFAULT_THEME, *(theme.name for theme in themes), *BUILTIN_THEMES}, problems


def our_themes(app: App[Any]) -> list[str]:
    """Return the names of the registered themes without Textual's own."""
    return [
        name
        for name, theme in app.available_themes.items()
        if BUILTIN_THEMES.get(name) is not theme
    ]


def variable_defaults() -> dict[str, str]:
    """Return our variables for a theme without them, such as Textual's own."""
    plain = _PLAIN.complete()
    return _of_panes(_PLAIN) | {name: plain[name] for name in OUR_VARIABLES}
