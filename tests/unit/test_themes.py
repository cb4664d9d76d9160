from itertools import combinations
from pathlib import Path

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem
from textual.app import App
from textual.color import Color
from textual.theme import BUILTIN_THEMES

from mlxtop import paths
from mlxtop.themes import COLOUR_FIELDS, OUR_VARIABLES, ThemeFile, load_themes, read_theme
from mlxtop.tui.themes import our_themes, register_themes, to_textual, variable_defaults
from tests.colours import (
    DEUTERANOPIA,
    PROTANOPIA,
    Lab,
    Rgb,
    contrast,
    distance,
    lab,
    luminance,
    seen,
)

SHIPPED, PROBLEMS = load_themes([paths.themes_dir()])
BY_NAME = {theme.name: theme for theme in SHIPPED}
COLOURED = [theme for theme in SHIPPED if not theme.ansi]
GROUNDS = ("background", "surface")
PRESSURE = ("pressure-normal", "pressure-warn", "pressure-critical")
# Fills, idle time and borders lie behind or between what is read.
FAINT = ("memory-free", "phase-idle", "rule")
BLINDNESS = {"protanopia": PROTANOPIA, "deuteranopia": DEUTERANOPIA}

# CIEDE2000: 1 is just noticeable side by side, 5 is seen at a glance; these need no comparing.
TOLD_APART = 20.0


def of_256(colour: str) -> int | None:
    """Return the number of what a terminal of 256 colours shows for a colour."""
    return RichColor.parse(colour).downgrade(ColorSystem.EIGHT_BIT).number


def test_the_theme_for_256_colours_loses_no_difference() -> None:
    theme = BY_NAME["high-contrast"]
    shown = [*theme.variables.values(), *(getattr(theme, field) for field in COLOUR_FIELDS)]
    colours = {colour for colour in shown if colour and colour.startswith("#")}
    assert len({of_256(colour) for colour in colours}) == len(colours)
    default = BY_NAME["mlxtop-dark"]
    assert of_256(default.background or "") == of_256(default.panel or ""), "why it is not used"


def named(theme: ThemeFile) -> str:
    return theme.name


def test_the_shipped_themes() -> None:
    assert PROBLEMS == []
    assert list(BY_NAME) == [
        "mlxtop-dark",
        "aurora",
        "colour-blind",
        "high-contrast",
        "linen",
        "mlxtop-light",
        "sixteen",
    ]


@pytest.mark.parametrize("theme", SHIPPED, ids=named)
def test_a_shipped_theme_leaves_nothing_to_chance(theme: ThemeFile) -> None:
    assert set(OUR_VARIABLES) <= set(theme.variables)
    assert all(getattr(theme, name) for name in COLOUR_FIELDS if name != "boost")


@pytest.mark.parametrize("theme", COLOURED, ids=named)
def test_text_can_be_read(theme: ThemeFile) -> None:
    least = 7.0 if theme.name == "high-contrast" else 4.5
    texts = [theme.foreground, *(theme.variables[name] for name in (*PRESSURE, "quiet", "mark"))]
    for ground in (theme.background, theme.surface):
        for text in texts:
            assert ground is not None
            assert text is not None
            assert contrast(text, ground) >= least, (text, ground)
    assert theme.panel is not None
    assert contrast(theme.variables["quiet"], theme.panel) >= 4.5


@pytest.mark.parametrize("theme", COLOURED, ids=named)
def test_charts_stand_out(theme: ThemeFile) -> None:
    for ground in GROUNDS:
        for name in set(OUR_VARIABLES) - set(FAINT):
            assert contrast(theme.variables[name], getattr(theme, ground)) >= 3, (name, ground)


@pytest.mark.parametrize("theme", COLOURED, ids=named)
def test_cursor_and_selection_can_be_read(theme: ThemeFile) -> None:
    of = theme.variables
    assert contrast(of["block-cursor-foreground"], of["block-cursor-background"]) >= 4.5
    assert contrast(of["input-selection-foreground"], of["input-selection-background"]) >= 4.5


def least_distance(colours: list[str], matrix: tuple[Rgb, ...]) -> float:
    pairs = combinations([lab(seen(colour, matrix)) for colour in colours], 2)
    return min(distance(first, second) for first, second in pairs)


@pytest.mark.parametrize("matrix", BLINDNESS.values(), ids=BLINDNESS)
def test_colour_blind_eyes_tell_pressure_apart(matrix: tuple[Rgb, ...]) -> None:
    colours = [BY_NAME["colour-blind"].variables[name] for name in PRESSURE]

    assert least_distance(colours, matrix) >= TOLD_APART
    # And each step is darker than the one before, for eyes that see no hue at all.
    light = [luminance(seen(colour, matrix)) + 0.05 for colour in colours]
    assert light[0] > 1.1 * light[1] > 1.1 * 1.5 * light[2]


@pytest.mark.parametrize("matrix", BLINDNESS.values(), ids=BLINDNESS)
def test_colour_blind_eyes_tell_memory_apart(matrix: tuple[Rgb, ...]) -> None:
    of = BY_NAME["colour-blind"].variables
    kinds = [of[name] for name in OUR_VARIABLES if name.startswith("memory-")]

    assert least_distance(kinds, matrix) >= 8


@pytest.mark.parametrize("matrix", BLINDNESS.values(), ids=BLINDNESS)
def test_a_traffic_light_fails_that_check(matrix: tuple[Rgb, ...]) -> None:
    assert least_distance(["#3aa63a", "#d9a520", "#d94a3a"], matrix) < TOLD_APART


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # Sharma, Wu, Dalal: "The CIEDE2000 Color-Difference Formula" (2005), table 1.
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1, 2), (50, 0, 0), 2.3669),
        ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_the_distance_is_ciede2000(first: Lab, second: Lab, expected: float) -> None:
    assert distance(first, second) == pytest.approx(expected, abs=1e-4)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_sixteen_uses_the_terminals_own_colours() -> None:
    theme = BY_NAME["sixteen"]

    assert theme.ansi
    colours = [getattr(theme, name) for name in COLOUR_FIELDS if name != "boost"]
    of = [value for name, value in theme.variables.items() if not name.endswith("-style")]
    for colour in [*colours, *of]:
        assert colour.startswith("ansi_")
    assert len({theme.variables[name] for name in PRESSURE}) == 3
    # Dark blue on black is told by few palettes, bright black by few on their own background.
    read = [theme.variables[name] for name in OUR_VARIABLES if name not in FAINT]
    assert {"ansi_blue", "ansi_black", "ansi_bright_black"}.isdisjoint(read)


def user_theme(text: str | bytes, name: str = "mine") -> tuple[list[ThemeFile], list[str]]:
    paths.user_themes_dir().mkdir(parents=True, exist_ok=True)
    path = paths.user_themes_dir() / f"{name}.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_themes([paths.themes_dir(), paths.user_themes_dir()])


def test_a_users_theme_need_not_know_our_variables() -> None:
    themes, problems = user_theme('primary = "#f0f"\nwarning = "#ffaa00"\nforeground = "#eeeeee"\n')

    assert problems == []
    of = to_textual(themes[-1]).variables
    assert (of["chart-speed"], of["pressure-warn"]) == ("#f0f", "#ffaa00")
    assert of["pressure-critical"] == "#eeeeee"
    assert set(OUR_VARIABLES) <= set(of)


def test_a_users_theme_replaces_a_shipped_one() -> None:
    themes, _ = user_theme('primary = "#112233"\n', "aurora")

    assert {theme.name: theme.primary for theme in themes}["aurora"] == "#112233"
    assert len(themes) == len(SHIPPED)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("primary = \n", "line 1 is not TOML: Invalid value (column 11)"),
        (b"\xff", "it is not UTF-8 text"),
        (
            "a = " + "[" * 5000,
            "it is nested too deeply: more than 100 levels of tables or lists",
        ),
        ("", "it lacks the colour primary"),
        ('primary = "#fff"\nacent = "#fff"', "unknown field acent; did you mean accent?"),
        ('primary = "#fff"\nname = "x"', "unknown field name"),
        (
            'primary = "#fff"\nchart-gpu = "#fff"',
            "unknown field chart-gpu; it belongs under [variables]",
        ),
        ('primary = "#ggg"', "primary is not a colour: '#ggg' (a colour is #rrggbb or ansi_red)"),
        ('primary = "#fff"\ndark = "yes"', "dark: expected bool, got str"),
        (
            'primary = "#fff"\n[variables]\nquiet = "loud"',
            "quiet is not a colour: 'loud' (a colour is #rrggbb or ansi_red)",
        ),
        (
            'primary = "#fff"\n[variables]\npresure-warn = "#fff"',
            "unknown variable presure-warn; did you mean pressure-warn?",
        ),
        (
            'primary = "#fff"\n[variables]\nborder = "#ff 50%"',
            "border is not a colour: '#ff' (a colour is #rrggbb or ansi_red)",
        ),
        (
            'primary = "#fff"\n[variables]\nlink-style = "loud"',
            "link-style is not a text style: 'loud'",
        ),
        (
            'primary = "#fff"\n[variables]\n"a; b" = "#fff"',
            "'a; b' is not the name of a variable",
        ),
    ],
)
def test_a_broken_theme_is_named_and_skipped(text: str | bytes, reason: str) -> None:
    themes, problems = user_theme(text)

    assert problems == [f"theme mine.toml is not used: {reason}"]
    assert [theme.name for theme in themes] == list(BY_NAME)


def test_a_bad_name_is_said() -> None:
    _, problems = user_theme('primary = "#fff"', "My Theme")

    assert problems == [
        "theme My Theme.toml is not used: its name must be lower-case letters, digits, - and _"
    ]


def test_variables_may_be_what_textual_takes(tmp_path: Path) -> None:
    path = tmp_path / "fine.toml"
    path.write_text(
        'primary = "#fff"\n[variables]\ntext = "auto 87%"\nborder = "#ffffff 50%"\n'
        'footer-background = "transparent"\nlink-style = "bold not underline"\n'
    )
    assert read_theme(path).variables["text"] == "auto 87%"


class Themed(App[None]):
    CSS = "Screen { background: $chart-speed; color: $pressure-critical; border: solid $rule; }"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults()


async def test_textual_takes_every_theme() -> None:
    user_theme('primary = "#fff"\n[variables]\ntext = "auto 87%"\n', "mine")
    user_theme("?", "broken")
    app = Themed()
    async with app.run_test():
        assert len(register_themes(app)) == 1
        assert our_themes(app) == [*BY_NAME, "mine"]
        for name in [*our_themes(app), *BUILTIN_THEMES]:
            app.theme = name
            await app.workers.wait_for_complete()
            for variable in OUR_VARIABLES:
                Color.parse(app.theme_variables[variable])


async def test_a_default_stands_in_where_no_theme_can_be_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(paths, "themes_dir", lambda: tmp_path)
    app = Themed()
    async with app.run_test():
        assert register_themes(app) == []
        assert our_themes(app) == ["mlxtop-dark"]
