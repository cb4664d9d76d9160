"""The keys that screens beside a run have for themselves, and the actions that they share with it.

What a user chooses for an action holds on each of them, and would take the place of their own key.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from mlxtop.keys import BY_ID, PLAIN_SUFFIX


@dataclass(frozen=True, slots=True)
class ScreenKeys:
    """A screen's own keys, and the actions of a run that it has too."""

    where: str
    """As it stands in a sentence."""
    own: Mapping[str, str]
    """Key → what it does there, in a word; but for Escape, which goes back everywhere."""
    actions: frozenset[str]
    plain: bool = True
    """Whether it has the plain keys of those actions too."""
    plain_too: frozenset[str] = frozenset()
    """Actions whose plain keys it has although it has not all."""

    def binding_ids(self) -> set[str]:
        """Return the ids of the bindings that follow a user's choice of keys."""
        ids = set()
        for action in (BY_ID[name] for name in self.actions):
            if action.always:
                ids.add(action.id)
            has_plain = self.plain or action.id in self.plain_too
            if has_plain and set(filter(None, action.plain.split(","))) - self.own.keys():
                ids.add(action.id + PLAIN_SUFFIX)
        return ids


def _keys(**words: str) -> dict[str, str]:
    """Return key → word of word=keys, a blank between keys."""
    return {key: word for word, keys in words.items() for key in keys.split()}


_PAGES = "pageup K pagedown J"
_ALWAYS = frozenset({"help", "quit", "suspend", "theme"})
_LOOKING = frozenset(
    {
        *("go_end", "help", "quit", "freeze", "mark", "record", "theme", "enlarge", "next_pane"),
        *("step_back", "step_forward", "skip_back", "skip_forward", "mark_back", "mark_forward"),
        *("go_to", "go_start", "command_palette", "suspend"),
    }
)

SCREENS: tuple[ScreenKeys, ...] = (
    ScreenKeys("where a machine is watched", _keys(sort="c"), _LOOKING | {"restore"}),
    ScreenKeys(
        "in a benchmark",
        _keys(
            pause="space",
            back="q",
            results="v",
            export="x",
            repeat="r",
            drop="d",
            note="n",
            move=f"up down {_PAGES}",
        ),
        _LOOKING
        | {"token_back", "token_forward", "phase_back", "phase_forward", "findings", "bench"},
    ),
    ScreenKeys(
        "in a benchmark's results",
        _keys(
            back="v q",
            page="left right tab shift+tab",
            scroll=f"up down home < {_PAGES}",
            sideways="h l shift+left shift+right",
            export="x",
            again="f5 b",
            help="f1 ?",
        ),
        _ALWAYS - {"help"},
        plain=False,
    ),
    ScreenKeys(
        "in the library",
        _keys(
            open="enter",
            filter="/",
            sort="s < >",
            reverse="S",
            select="space a u",
            compare="c",
            rename="r",
            delete="d delete",
            preview="v",
            help="?",
            back="q",
            move=f"up k down j home g end G {_PAGES}",
        ),
        _ALWAYS | {"library"},
        plain=False,
        plain_too=frozenset({"library"}),
    ),
    ScreenKeys(
        "where two recordings are compared",
        _keys(
            figure="tab shift+tab",
            turns="a b",
            replay="1 2",
            swap="w",
            export="x ctrl+s",
            cursor="left right shift+left shift+right home < end >",
            axis="u",
            fit="f",
            scroll=f"up down {_PAGES}",
        ),
        _ALWAYS,
    ),
    ScreenKeys(
        "on the first screen",
        _keys(open="enter", choose="up down pageup pagedown", recordings="ctrl+r"),
        _ALWAYS | {"library", "open", "unload"},
        plain=False,
    ),
)


def other_key(action: str, key: str, *, plain: bool) -> str:
    """Return what a key does on a screen that has the action too; empty where it is free."""
    binding = action + PLAIN_SUFFIX if plain else action
    return next(
        (
            f"{screen.own[key]} {screen.where}"
            for screen in SCREENS
            if key in screen.own and binding in screen.binding_ids()
        ),
        "",
    )
