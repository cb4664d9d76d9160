"""The table of actions: each context has its keys, no key does two things, a user's keys act."""

import ast
import inspect
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.widget import Widget

import mlxtop.tui
from mlxtop import config
from mlxtop.actions import BY_ID, CONTEXTS
from mlxtop.actions.contexts import TASKS
from mlxtop.actions.key_names import key_name, key_of
from mlxtop.actions.key_names import keys_of as written_keys_of
from mlxtop.actions.table import (
    STAY,
    Acts,
    _line,
    actions_in,
    at,
    clash,
    is_plain,
    keys_of,
    may_share,
)
from mlxtop.tui.app import MlxtopApp
from mlxtop.tui.bindings import Keyed, bindings
from mlxtop.tui.help import explained, help_entries

LOST = {
    # Taken by macOS itself: the desktop, tiled windows.
    *("f11", "shift+f11", "ctrl+home", "ctrl+end"),
    # Terminal.app sends nothing, or scrolls its window.
    *("shift+f4", "shift+f6", "shift+f12", "home", "end", "pageup", "pagedown"),
}
"""What does not arrive on a Mac."""
ONLY_FASTER = {
    (context, action) for context in ("home", "list", "help") for action in ("page_up", "page_down")
}
"""Actions that only go faster where arrows go too: a field beside them takes letters."""
FREE = {True: "ç", False: "ctrl+shift+f9"}
"""A letter, and another key, that nothing has."""


def keyed() -> Iterator[type[Keyed]]:
    """Yield every screen, dialog and widget that has keys."""
    for module in pkgutil.walk_packages(mlxtop.tui.__path__, "mlxtop.tui."):
        for _, found in inspect.getmembers(import_module(module.name), inspect.isclass):
            if issubclass(found, Keyed) and found.__module__ == module.name:
                yield found


def contexts_of(found: type[Keyed]) -> tuple[str, ...]:
    """Return the contexts that a class declares."""
    own = (found.context,) if "context" in vars(found) else ()
    return (*own, *vars(found).get("further_contexts", ()))


def calls(context: str, key: str, chosen: dict[str, str] | None = None) -> set[str]:
    """Return what a key of a context calls, but for what only says something."""
    made = BindingsMap(bindings(context, chosen or {})).key_to_bindings
    name = next(iter(Binding.make_bindings([Binding(key, "", "")]))).key
    return {one.action for one in made.get(name, []) if not one.action.startswith("say_")}


# -- the table -------------------------------------------------------------------------------------


def test_every_class_with_keys_has_a_context_of_the_table_and_each_context_is_used() -> None:
    assert {context for found in keyed() for context in contexts_of(found)} | {"app"} == set(
        CONTEXTS
    )


def test_no_class_has_keys_beside_the_table_but_for_those_of_text() -> None:
    own = set()
    for module in pkgutil.walk_packages(mlxtop.tui.__path__, "mlxtop.tui."):
        for name, found in inspect.getmembers(import_module(module.name), inspect.isclass):
            if found.__module__ == module.name and issubclass(found, DOMNode):
                own |= {(name, one.id) for one in vars(found).get("BINDINGS", [])}
    assert {name for name, _ in own} == {"Prompt", "MlxtopApp"}
    assert all(id for _, id in own)


def test_every_context_an_action_names_is_there() -> None:
    for action in BY_ID.values():
        assert action.at.keys() <= CONTEXTS.keys(), action.id
        for name, here in action.at.items():
            assert not here.pair or at(BY_ID[here.pair], name) is not None


@pytest.mark.parametrize("context", CONTEXTS)
def test_each_key_of_a_context_is_one_action_or_they_take_turns(context: str) -> None:
    owners: dict[str, Acts] = {}
    for acts in actions_in(context):
        for key in keys_of(acts):
            other = owners.setdefault(key, acts)
            assert may_share(acts.action, other.action), f"{key}: {acts.action.id}, {other}"


@pytest.mark.parametrize("context", CONTEXTS)
def test_bindings_are_those_of_the_table(context: str) -> None:
    made = [one for one in bindings(context) if not one.action.startswith("say_")]
    assert all(one.id for one in bindings(context))
    found = {(one.key, one.id) for one in made}
    assert found == {
        (key, f"{context}.{acts.action.id}")
        for acts in actions_in(context)
        for key in keys_of(acts)
    }
    for one in made:
        acts = at(BY_ID[str(one.id).partition(".")[2]], context)
        assert acts is not None
        assert one.action in (acts.call, acts.action.asks)


@pytest.mark.parametrize("found", list(keyed()), ids=lambda found: found.__name__)
def test_each_action_of_a_context_has_its_method(found: type[Keyed]) -> None:
    for acts in (acts for context in contexts_of(found) for acts in actions_in(context)):
        space, _, name = acts.call.partition("(")[0].rpartition(".")
        owner: type[Any] = MlxtopApp if space == "app" else found
        assert callable(getattr(owner, f"action_{name}", None)), (found, acts.call)
        if acts.action.asks and any(is_plain(key) for key in keys_of(acts)):
            space, _, name = acts.action.asks.rpartition(".")
            owner = MlxtopApp if space == "app" else found
            assert callable(getattr(owner, f"action_{name}", None)), (found, acts.action.asks)


MEANINGS = {
    "escape": "leave what is on top",
    "q": "leave what is on top, at last the program",
    "enter": "open what is selected",
    "space": "pause and continue; in a list or a field, choose",
    "up": "up",
    "down": "down",
    "left": "left, or earlier",
    "right": "right, or later",
    "shift+left": "far left",
    "shift+right": "far right",
    "tab": "next part",
    "shift+tab": "previous part",
    "/": "search",
    "+": "more",
    "=": "more",
    "-": "less",
    "a": "once more",
    "d": "take the selected one out",
    "e": "edit a text",
    "s": "sort",
    "v": "another view of the same",
    "f6": "open a model",
    "ctrl+s": "write, or apply",
}
"""What a key of several actions means, on every screen."""
EXCEPTIONS = {
    ("a", "compare"): "A is one of the two runs",
    ("b", "compare"): "and B the other",
    ("ctrl+r", "home"): "R is text there",
    **{(key, context): "the answers" for key in "yn" for context in ("question", "flag")},
}
"""Keys that mean something else in a context, and why."""


def test_a_key_has_one_meaning_on_all_screens() -> None:
    found: dict[str, set[str]] = {}
    for context in CONTEXTS:
        for acts in actions_in(context):
            for key in keys_of(acts):
                if not {(key, name) for name in _line(context)} & EXCEPTIONS.keys():
                    found.setdefault(key, set()).add(acts.action.id)
    several = {key: actions for key, actions in found.items() if len(actions) > 1}
    assert {key: actions for key, actions in several.items() if key not in MEANINGS} == {}
    assert MEANINGS.keys() <= several.keys(), "a meaning that nothing needs"
    assert all(key in found for key, _ in EXCEPTIONS), "an exception that nothing needs"


# -- a user's keys ---------------------------------------------------------------------------------


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize("plain", [True, False], ids=["letter", "other"])
def test_each_action_of_each_context_can_have_another_key(context: str, plain: bool) -> None:
    key = FREE[plain]
    for acts in actions_in(context):
        if plain and (not acts.letters or acts.context.writes):
            continue  # letters are text there, or act there at no time
        action, usual = acts.action, keys_of(acts)
        chosen, does = {action.id: key}, {acts.call, action.asks} - {""}
        assert clash(chosen) is None, action.id
        assert calls(context, key, chosen), action.id
        assert calls(context, key, chosen) <= does, action.id
        assert key_name(key) in written_keys_of(acts, chosen)
        for old in usual:
            stays = old in STAY or is_plain(old) is not plain
            assert bool(calls(context, old, chosen) & does) is stays, (action.id, old)
        # And every other action keeps its keys.
        others = [other for other in actions_in(context) if other.action is not action]
        assert all(keys_of(other, chosen) == keys_of(other) for other in others)


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ('mark = "v"', "mark cannot have the key v, which is the key of results in a benchmark"),
        ('mark = "f2"', "mark cannot have the key f2, which is the key of freeze in a live run"),
        (
            'theme = "w"',
            "theme cannot have the key w, which is the key of swap in a comparison",
        ),
        (
            'freeze = "s"',
            "freeze cannot have the key s, which is the key of sort_processes while watching a",
        ),
        (
            'library = "U"',
            "library cannot have the key U, which is the key of select_none in the l",
        ),
        ('sort = "e"', "sort cannot have the key e, which is the key of rename in the library"),
        ('answer_yes = "n"', "answer_yes cannot have the key n, which is the key of answer_no in"),
        ('plan_quick = "ctrl+s"', "plan_quick cannot have the key ctrl+s, which is the key of pl"),
        # What is enlarged has the focus: its key would hide the screen's.
        ('fit_scale = "m"', "fit_scale cannot have the key m, which is the key of mark in an enl"),
    ],
)
def test_a_clash_names_both_and_where(tmp_path: Path, chosen: str, sentence: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f"[keys]\n{chosen}\n")
    found, problems = config.load(file)
    assert found.keys == {}
    assert len(problems) == 1
    assert sentence in problems[0]
    assert problems[0].endswith("; the default is used")


@pytest.mark.parametrize("key", ["v", "c", "w", "m", "b", "f2", "ctrl+s", "ctrl+e"])
def test_what_the_config_lets_pass_kills_no_other_key(tmp_path: Path, key: str) -> None:
    file = tmp_path / "config.toml"
    usual = {name: {one.action for one in bindings(name)} for name in CONTEXTS}
    for action in BY_ID.values():
        file.write_text(f'[keys]\n{action.id} = "{key}"\n')
        found, problems = config.load(file)
        assert bool(problems) is not bool(found.keys), action.id
        if not found.keys:
            continue
        chosen = config.joined(found.keys)
        for name, before in usual.items():
            said = {one for one in before if one.startswith("say_elsewhere")}
            after = {one.action for one in bindings(name, chosen)}
            assert before - said <= after | {action.asks}, (action.id, name)


def test_a_key_beside_escape_leaves_escape_to_the_others(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[keys]\nleave = "ctrl+e"\n')
    found, problems = config.load(file)
    assert problems == []
    assert any(
        row.split()[:3] == ["keys.leave", "escape", "ctrl+e"]
        for row in config.describe(found).split("\n")
    )
    chosen = config.joined(found.keys)
    leave = at(BY_ID["leave"], "live")
    assert leave is not None
    assert written_keys_of(leave, chosen) == "Esc or Ctrl+E"
    assert calls("live", "escape", chosen) == {
        *("stop", "restore", "forget_found", "leave_edit", "leave"),
    }
    assert calls("live", "ctrl+e", chosen) == {"leave"}


def test_an_action_of_a_run_keeps_its_key_where_a_screen_beside_it_uses_the_users(
    tmp_path: Path,
) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[keys]\nexport = "w"\nhelp = "U"\n')
    found, problems = config.load(file)
    assert problems == []
    chosen = config.joined(found.keys)
    assert calls("live", "w", chosen) == calls("bench", "w", chosen) == {"export"}
    assert calls("live", "x", chosen) == set()
    assert calls("compare", "w", chosen) == {"swap"}
    assert calls("compare", "x", chosen) == {"export"}
    assert calls("library", "U", chosen) == {"select_all(False)"}
    assert calls("library", "?", chosen) == {"help"}
    assert key_of("export", "compare", chosen) == "x"


def test_actions_that_take_turns_may_share_a_key_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[keys]\npause = "P"\ngo_on = "P"\n')
    found, problems = config.load(file)
    assert problems == []
    chosen = config.joined(found.keys)
    assert calls("bench", "P", chosen) == {"pause", "go_on"}
    assert calls("bench", "space", chosen) == set()


def test_the_table_of_the_config_lists_every_action(tmp_path: Path) -> None:
    found, _ = config.load(tmp_path / "config.toml")
    rows = [line.split()[0] for line in config.describe(found).splitlines() if line]
    assert {f"keys.{action}" for action in BY_ID} == {row for row in rows if row[:5] == "keys."}


# -- footers, help and hints -----------------------------------------------------------------------


def footer(context: str, *, mac: bool = False, chosen: dict[str, str] | None = None) -> list[str]:
    """Return what a footer shows where every action acts and no prompt has the focus."""
    shown: dict[str, str] = {}
    for one in bindings(context, chosen or {}, mac=mac):
        if one.show and one.description:
            shown.setdefault(one.description, one.key_display or one.key)
    return [f"{key} {label}" for label, key in shown.items()]


@pytest.mark.parametrize(
    ("context", "keys"),
    [
        (
            "live",
            "? help, q quit, escape stop, escape restore, escape clear find, escape cancel edit, "
            "escape leave prompt, i prompt, B restart, E engine log, L last run, end now, "
            "space freeze, m mark, o open, S settings, b bench, t theme",
        ),
        (
            "replay",
            "? help, q quit, escape restore, escape clear find, n N next match, escape back, "
            "v trials/text, space play/pause, ( ) mark, [ ] step, j k 10 s, - + speed, g go to, "
            "/ find, , . token, { } phase, l loop, o open, t theme",
        ),
        (
            "follow",
            "? help, q quit, escape restore, escape clear find, n N next match, escape back, "
            "end now, v trials/text, space freeze, ( ) mark, [ ] step, j k 10 s, g go to, / find, "
            "t theme",
        ),
        (
            "watch",
            "? help, q quit, escape restore, end now, space freeze, m mark, s sort, r record, "
            "t theme",
        ),
        (
            "bench",
            "? help, space pause, space continue, escape restore, escape now, escape trials, "
            "escape stop, escape chat, v results, x export, b bench, a again, d drop, e note, "
            "f2 freeze, m mark",
        ),
        (
            "results",
            "← → next page, ↑ ↓ scroll, other point, shift+← → sideways, x export, "
            "f5 another plan, escape back, f1 help",
        ),
        (
            "library",
            "enter open, / filter, s sort, space select, c compare, ? help, escape back, e rename, "
            "d delete, I reverse, v preview",
        ),
        (
            "compare",
            "escape back, Tab figure, a b turns, 1 2 replay, w swap, x export, f1 help, "
            "← → cursor, X axis, F fit, ctrl+t theme, ctrl+q quit",
        ),
        (
            "home",
            "enter open, escape close, ctrl+l unload, f1 help, shift+f4 recordings, ctrl+t theme, "
            "ctrl+q quit",
        ),
        ("help", "escape close help"),
    ],
)
def test_a_footer_shows_these_keys_in_this_order(context: str, keys: str) -> None:
    """An action that is not listed may be between them: a new one needs no line here."""
    listed = re.split(r", (?=\S)(?!other point|\. token)", keys)
    there = footer(context)
    assert [key for key in there if key in listed] == listed
    assert len(there) <= sum(acts.footer > 0 for acts in actions_in(context))


def test_a_pair_in_the_footer_has_the_users_keys() -> None:
    assert "H [ 10 s" not in footer("replay")
    assert "H k 10 s" in footer("replay", chosen={"skip_back": "H"})
    assert "j H 10 s" in footer("replay", chosen={"skip_forward": "H"})


@pytest.mark.parametrize("context", CONTEXTS)
def test_each_action_has_a_key_that_arrives_on_a_mac_and_it_is_named_first(context: str) -> None:
    names = {"PgUp": "pageup", "PgDn": "pagedown"}
    for acts in actions_in(context):
        there = written_keys_of(acts, mac=True)
        first, *_ = there.split(" or ")
        if (context, acts.action.id) not in ONLY_FASTER:
            assert names.get(first, first.lower()) not in LOST, acts.action.id
            assert key_of(acts.action.id, context, mac=True).lower() not in LOST
        assert sorted(there) == sorted(written_keys_of(acts, mac=False))


@pytest.mark.parametrize("context", CONTEXTS)
def test_the_footer_shows_keys_that_arrive(context: str) -> None:
    here = footer(context, mac=True)
    assert not {shown.split()[0] for shown in here} & LOST
    labels = {shown.partition(" ")[2] for shown in footer(context)}
    assert len(here) == len(labels)


def test_a_letter_beside_the_prompt_says_how_to_leave_it() -> None:
    assert key_of("skip_back", "live", mac=True) == "Esc, then j"
    assert key_of("skip_back", "replay", mac=True) == "j"
    assert key_of("skip_back", "live", mac=False) == "Shift+F11"
    assert key_of("library", "live", mac=True) == "Esc, then R"
    assert key_of("freeze", "live", mac=True) == "F2"


def test_no_text_names_a_key_that_an_action_has() -> None:
    """What Esc and function keys do is said by way of the table."""
    named = re.compile(r"\b(Esc|F\d\d?)\b")
    for path in sorted(Path(mlxtop.tui.__path__[0]).rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        said = {id(it.value) for it in ast.walk(tree) if isinstance(it, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert id(node) in said or not named.search(node.value), (path, node.lineno)


@pytest.mark.parametrize("context", CONTEXTS)
def test_help_explains_each_action_of_a_context(context: str) -> None:
    texts = [acts.help for acts in explained(context)]
    assert len(texts) == len(set(texts))
    assert all(acts.help in texts or not acts.help for acts in actions_in(context))


@pytest.mark.parametrize("context", ["live", "replay", "follow"])
def test_the_help_of_a_run_groups_every_key_by_its_task(context: str) -> None:
    assert {acts.action.task for acts in explained(context)} <= TASKS.keys()
    assert [acts.action.id for acts in actions_in(context) if not acts.action.task] == []


def test_every_action_has_a_sentence() -> None:
    assert all(action.help for action in BY_ID.values())


def test_help_of_a_watched_machine_shows_what_is_there() -> None:
    names = {part.name for part in help_entries("watch")}
    assert names == {
        *("model servers", "processes", "memory", "pressure", "GPU", "CPU"),
        *("sizes", "timeline"),
    }
    assert {"chat", "trials", "speed"} == {part.name for part in help_entries("live")} - names


def test_no_widget_without_a_context_is_named() -> None:
    assert all(issubclass(found, Widget) for found in keyed() if found is not Keyed)
