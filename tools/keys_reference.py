"""Write the tables of keys in docs/keys.md from the table of actions.

python -m tools.keys_reference
"""

from collections.abc import Iterable
from pathlib import Path

from mlxtop.actions import CONTEXTS
from mlxtop.actions.contexts import TASKS
from mlxtop.actions.key_names import keys_of
from mlxtop.actions.table import Acts, actions_in

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "keys.md"
_RUNS = {"live": "live", "replay": "replay", "watch": "watch", "bench": "bench"}
"""The screens of a run, whose keys are listed by task, and their names in the table."""
_OTHERS = ("home", "library", "compare", "results", "plan", "settings")
_INTRODUCTION = """# Keys

Made from the table of actions by `python -m tools.keys_reference`. `F1` in the program shows the
same for the screen you are on, with your own keys. `[keys]` in `config.toml` changes them:
`mlxtop config` lists the names.

While the prompt has focus, letters are text: `Esc` leaves it, `i` returns to it. Other keys always
act.
"""


def document() -> str:
    """Return the page: the keys of a run by task, then those of each other screen."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for context, name in _RUNS.items():
        for acts in actions_in(context):
            if acts.help:
                key = (acts.action.task, written(acts), acts.help)
                found.setdefault(key, []).append(name)
    page = [_INTRODUCTION, "## In a run"]
    titles = {**TASKS, "": "Of the trials"}
    for task, title in sorted(titles.items(), key=lambda it: it[0] == ""):
        rows = [
            f"| {keys} | {help} | {'all' if len(where) == len(_RUNS) else ', '.join(where)} |"
            for (of, keys, help), where in found.items()
            if of == task
        ]
        if rows:
            page += [f"\n### {title}\n", "| key | does | in |", "|---|---|---|", *rows]
    for context in _OTHERS:
        page += [f"\n## {_heading(CONTEXTS[context].where)}\n", *_table(actions_in(context))]
    return "\n".join([*page, ""])


def _heading(where: str) -> str:
    return where[0].upper() + where[1:]


def _table(acting: Iterable[Acts]) -> Iterable[str]:
    yield from ("| key | does |", "|---|---|")
    yield from (f"| {written(acts)} | {acts.help} |" for acts in acting if acts.help)


def written(acts: Acts) -> str:
    """Return the keys of an action as the page writes them."""
    keys = keys_of(acts, mac=False).split(" or ")
    return ", ".join(f"`` {key} ``" if "`" in key else f"`{key}`" for key in keys).replace(
        "`|`", "`\\|`"
    )


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
