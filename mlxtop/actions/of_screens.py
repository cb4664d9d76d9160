"""The actions of the screens beside a run, and of dialogs."""

from mlxtop.actions.contexts import Action, At

_RESULTS = (
    Action(
        "next_page",
        "right,tab",
        "next page",
        "Next page",
        {"results": At(10, pair="previous_page")},
        call="turn(1)",
    ),
    Action(
        "previous_page", "left,shift+tab", "", "Previous page", {"results": At()}, call="turn(-1)"
    ),
    Action(
        "scroll_down",
        "down",
        "scroll, other point",
        "Scroll a text down; later points of a chart",
        {
            "results": At(20, pair="scroll_up"),
            "compare": At(help="Scroll the text down", call="scroll(1)"),
        },
        call="move(1)",
    ),
    Action(
        "scroll_up",
        "up",
        "",
        "Scroll a text up; earlier points of a chart",
        {"results": At(), "compare": At(help="Scroll the text up", call="scroll(-1)")},
        call="move(-1)",
    ),
    Action(
        "sideways_left",
        "h,shift+left",
        "sideways",
        "Move a wide table left",
        {"results": At(50, pair="sideways_right")},
        call="sideways(-1)",
    ),
    Action(
        "sideways_right",
        "l,shift+right",
        "",
        "Move a wide table right",
        {"results": At()},
        call="sideways(1)",
    ),
)
_LIBRARY = (
    Action(
        "open_recording",
        "enter",
        "open",
        "Open the recording over this list",
        {"library": At(10)},
        call="open",
    ),
    Action(
        "filter",
        "/",
        "filter",
        "Filter by model, prompts, notes of marks, state and file name",
        {"library": At(20)},
    ),
    Action(
        "sort",
        "s,>",
        "sort",
        "Sort by the next column; a click on a title too",
        {"library": At(30)},
        call="sort(1)",
    ),
    Action("sort_back", "<", "", "Sort by the column before", {"library": At()}, call="sort(-1)"),
    Action("reverse", "S", "reverse", "Sort in the other direction", {"library": At(120)}),
    Action("select", "space", "select", "Select the recording, or not", {"library": At(40)}),
    Action(
        "select_all",
        "a",
        "",
        "Select all that are shown",
        {"library": At()},
        call="select_all(True)",
    ),
    Action("select_none", "u", "", "Unselect all", {"library": At()}, call="select_all(False)"),
    Action(
        "compare",
        "c",
        "compare",
        "Compare the two that are selected; the older one is A",
        {"library": At(50)},
    ),
    Action("rename", "r", "rename", "Rename the recording", {"library": At(100)}),
    Action(
        "delete",
        "d,delete",
        "delete",
        "Delete the recording, or those selected, after asking",
        {"library": At(110)},
    ),
    Action("preview", "v", "preview", "Show or hide the preview", {"library": At(130)}),
    Action(
        "move_up",
        "up,k",
        "",
        "Move up in the list",
        {"library": At()},
        call="move(-1)",
    ),
    Action("move_down", "down,j", "", "Move down in the list", {"library": At()}, call="move(1)"),
    Action(
        "close",
        "q",
        "",
        "Go back at once; in a replay the key of the library comes back here",
        {"library": At(), "text": At(keys="enter,q", help="", call="cancel"), "help": At(keys="q")},
    ),
)
_COMPARE = (
    Action(
        "figure",
        "tab",
        "figure",
        "Next figure: speed, memory, pressure, GPU…",
        {"compare": At(10)},
        call="figure(1)",
    ),
    Action(
        "figure_before", "shift+tab", "", "The figure before", {"compare": At()}, call="figure(-1)"
    ),
    Action(
        "turns_of_a",
        "a",
        "turns",
        "Choose the turn of A, or a mark to begin at",
        {"compare": At(20, pair="turns_of_b")},
        call="choose(0)",
    ),
    Action(
        "turns_of_b",
        "b",
        "",
        "Choose the turn of B, or a mark to begin at",
        {"compare": At()},
        call="choose(1)",
    ),
    Action(
        "replay_a",
        "1",
        "replay",
        "Open A in replay, at the cursor",
        {"compare": At(30, pair="replay_b")},
        call="replay(0)",
    ),
    Action(
        "replay_b", "2", "", "Open B in replay, at the cursor", {"compare": At()}, call="replay(1)"
    ),
    Action("swap", "w", "swap", "Swap A and B", {"compare": At(35)}),
    Action(
        "cursor_left",
        "left",
        "cursor",
        "Move the cursor that reads both to the left",
        {"compare": At(60, pair="cursor_right")},
        call="move(-1)",
    ),
    Action(
        "cursor_right",
        "right",
        "",
        "Move the cursor to the right",
        {"compare": At()},
        call="move(1)",
    ),
    Action(
        "cursor_far_left",
        "shift+left",
        "",
        "Move the cursor ten cells to the left",
        {"compare": At()},
        call="move(-10)",
    ),
    Action(
        "cursor_far_right",
        "shift+right",
        "",
        "Move the cursor ten cells to the right",
        {"compare": At()},
        call="move(10)",
    ),
    Action("axis", "u", "axis", "Draw over tokens, or over seconds", {"compare": At(70)}),
)
_HOME = (
    Action(
        "open_choice", "enter", "open", "Open what is highlighted", {"home": At(10)}, call="choose"
    ),
    Action(
        "choice_up",
        "up",
        "choose",
        "Move up in the list",
        {
            "home": At(call="move('cursor_up')"),
            "list": At(),
            "go_to": At(call="move(-1)"),
        },
        call="move('up')",
    ),
    Action(
        "choice_down",
        "down",
        "choose",
        "Move down in the list",
        {
            "home": At(call="move('cursor_down')"),
            "list": At(),
            "go_to": At(call="move(1)"),
        },
        call="move('down')",
    ),
)
_PLAN = (
    Action(
        "plan_start",
        "enter",
        "start",
        "Start the plan; it asks where that takes many trials",
        {"plan": At()},
        call="start",
    ),
    Action(
        "plan_quick", "ctrl+k", "quick", "Sizes that take a moment", {"plan": At()}, call="quick"
    ),
    Action(
        "plan_models",
        "ctrl+o",
        "models",
        "List models to compare with; where none is loaded, open one",
        {"plan": At()},
        call="other",
    ),
    Action(
        "plan_last",
        "ctrl+e",
        "the last result",
        "The last result, where there is one",
        {"plan": At()},
        call="last",
    ),
    Action(
        "plan_write",
        "ctrl+s",
        "write the plan",
        "Write the plan to a file, for mlxtop bench MODEL --plan",
        {"plan": At()},
        call="write",
    ),
    Action(
        "flag_turn",
        "space,left,right",
        "",
        "In a field that is yes or no: turn it round",
        {"flag": At()},
        call="turn",
    ),
    Action("flag_yes", "y", "", "In such a field: yes", {"flag": At()}, call="put('yes')"),
    Action("flag_no", "n", "", "In such a field: no", {"flag": At()}, call="put('no')"),
)
_DIALOGS = (
    Action(
        "cancel",
        "escape",
        "leave",
        "Leave",
        {
            "dialog": At(),
            "plan": At(help="Leave; the fields are kept"),
            "help": At(10, label="close help"),
        },
    ),
    Action(
        "answer_yes",
        "y",
        "yes",
        "Answer yes",
        {"question": At(), "download": At(label="download", call="confirm")},
        call="answer(True)",
    ),
    Action(
        "answer_no",
        "n",
        "no",
        "Answer no",
        {"question": At(), "download": At(label="cancel", call="cancel")},
        call="answer(False)",
    ),
    Action(
        "other_answer",
        "left,right",
        "",
        "The other answer",
        {"question": At()},
        call="app.focus_next",
    ),
    Action(
        "settings_apply", "ctrl+s", "apply", "Apply the settings", {"settings": At()}, call="apply"
    ),
    Action(
        "usual_values",
        "ctrl+r",
        "defaults",
        "The usual values",
        {"settings": At(), "plan": At()},
        call="reset",
    ),
    Action(
        "field_up",
        "up",
        "",
        "The field above, the kind above",
        {"settings": At(), "plan": At()},
        call="app.focus_previous",
    ),
    Action(
        "field_down",
        "down",
        "",
        "The field below, the kind below",
        {"settings": At(), "plan": At()},
        call="app.focus_next",
    ),
)
ACTIONS: tuple[Action, ...] = (*_RESULTS, *_LIBRARY, *_COMPARE, *_HOME, *_PLAN, *_DIALOGS)
