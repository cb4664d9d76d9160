"""Actions as Textual's bindings, and the base class that gives a node its keys."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode
from textual.keys import format_key

from mlxtop.actions import BY_ID, CONTEXTS, Context
from mlxtop.actions.key_names import key_of
from mlxtop.actions.table import (
    LATE_ON_A_MAC,
    NONE,
    ON_A_MAC,
    STAY,
    Acts,
    Chosen,
    actions_in,
    at,
    in_reach,
    is_plain,
    keys_of,
)

_SAY_ELSEWHERE = ("live", "replay")
"""Contexts whose keys, on the other screens of a run, say where they work."""


def bindings(context: str, chosen: Chosen = NONE, *, mac: bool = ON_A_MAC) -> list[Binding]:
    """Return the bindings of a context, in the order in which its footer shows them.

    Keys that always act have priority over the prompt; plain keys go to the prompt while it has
    focus. Escape and Enter have no priority: dialogs and the prompt come first.
    """
    here = CONTEXTS[context]
    acting = sorted(actions_in(context), key=lambda acts: acts.footer or 10_000)
    made = [binding for acts in acting for binding in _bindings(acts, chosen, mac)]
    return [*made, *_elsewhere(here, {binding.key for binding in made}, chosen)]


def _bindings(acts: Acts, chosen: Chosen, mac: bool) -> Iterator[Binding]:
    action, context = acts.action, acts.context
    keys = in_reach(keys_of(acts, chosen), mac=mac)
    if context.run:
        # Outside the prompt the footer shows letters; inside, the keys that act there.
        keys.sort(key=lambda key: 0 if key in STAY else 1 if is_plain(key) else 2)
    for key in keys:
        name = f"{context.id}.{action.id}"
        priority = _has_priority(key, context)
        yield Binding(
            key,
            action.asks if action.asks and is_plain(key) else acts.call,
            acts.label,
            show=acts.footer > 0 and not (mac and key in LATE_ON_A_MAC),
            key_display=_display(key, acts, chosen, mac),
            priority=priority,
            id=name,
        )
        if action.says_why_not and context.run:
            # After the action's own binding: it is used only when the action is disabled.
            call = f"say_why_not('{action.id}')"
            yield Binding(key, call, show=False, priority=priority, id=f"{name}.why_not")


def _has_priority(key: str, context: Context) -> bool:
    if key in STAY:
        return context.writes and key != "escape"
    return context.writes or not is_plain(key)


def _display(key: str, acts: Acts, chosen: Chosen, mac: bool) -> str | None:
    """Return how the footer writes a key, if Textual would write it differently."""
    partner = at(BY_ID[acts.pair], acts.context.id) if acts.pair else None
    if partner is None:
        return "Tab" if key == "tab" else None
    others = in_reach(keys_of(partner, chosen), mac=mac)
    other = next((other for other in others if is_plain(other) == is_plain(key)), others[0])
    pair = sorted((key, other), key=lambda key: key.endswith(("right", "down")))
    held = [key.rpartition("+")[0] for key in pair]
    if held[0] and held[0] == held[1]:
        first, second = (format_key(key.rpartition("+")[2]) for key in pair)
        return f"{held[0]}+{first} {second}"
    return " ".join(format_key(key) for key in pair)


def _elsewhere(context: Context, used: set[str], chosen: Chosen) -> Iterator[Binding]:
    """Yield keys of actions that are not available in a context; they say where they work.

    A key that has an action in the context is left out.
    """
    if not context.run:
        return
    for action in BY_ID.values():
        place = next((name for name in _SAY_ELSEWHERE if name in action.at), "")
        acts = at(action, place) if place else None
        if acts is None or at(action, context.id) is not None:
            continue
        # Actions of different screens may share a key: the first is named.
        free = [key for key in keys_of(acts, chosen) if key not in STAY and key not in used]
        used.update(free)
        for key in free:
            yield Binding(
                key,
                f"say_elsewhere('{action.id}')",
                show=False,
                priority=not is_plain(key),
                id=f"{context.id}.{action.id}.elsewhere",
            )


def bind(node: DOMNode, context: str, chosen: Chosen) -> None:
    """Give a node the keys of a context, in addition to those of its Textual class."""
    made = BindingsMap(bindings(context, chosen)).key_to_bindings
    inherited = type(node)._merged_bindings
    known = {} if inherited is None else inherited.key_to_bindings
    node._bindings = BindingsMap.from_keys({**known, **made})


if TYPE_CHECKING:
    _Node = DOMNode
else:
    _Node = object


class Keyed(_Node):
    """A screen, a dialog or a widget whose keys are those of its context."""

    context: ClassVar[str]
    further_contexts: ClassVar[tuple[str, ...]] = ()
    """Contexts that it takes in place of its own at times (`act_in`)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.acts_in = self.context
        """The context whose keys act now."""
        bind(self, self.acts_in, self.chosen_keys)

    @property
    def chosen_keys(self) -> Chosen:
        """The keys set by the user."""
        try:
            return getattr(self.app, "chosen_keys", NONE)
        except RuntimeError:  # no app is running
            return NONE

    def act_in(self, context: str) -> None:
        """Take the keys of another context."""
        self.acts_in = context
        bind(self, context, self.chosen_keys)
        self.refresh_bindings()

    def key(self, action: str) -> str:
        """Return the key of an action here, or in the focused widget, as people write it."""
        around = self.acts_in
        inside = (name for name, other in CONTEXTS.items() if around in other.inside)
        context = next(name for name in (around, *inside) if at(BY_ID[action], name) is not None)
        return key_of(action, context, self.chosen_keys)

    def action_help(self) -> None:
        """Show the help page of this screen."""
        from mlxtop.tui.help import HelpScreen

        self.app.push_screen(HelpScreen(self.acts_in))

    def acts(self, action: str) -> bool:
        """Return whether an action exists here and is enabled."""
        acts = at(BY_ID[action], self.acts_in)
        return acts is not None and self.can(acts)

    def can(self, acts: Acts) -> bool:
        """Return whether an action of this context is enabled."""
        name = acts.call.partition("(")[0]
        return name.startswith("app.") or bool(self.check_action(name, ()))
