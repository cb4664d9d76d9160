"""Every screen, dialog and widget that has keys."""

from mlxtop.actions.action import Context

_RUNS = ("live", "replay", "follow", "watch", "bench")

CONTEXTS: dict[str, Context] = {
    context.id: context
    for context in (
        Context("live", "in a live run", run="a live run", prompt=True),
        Context("replay", "in a replay", run="a replay"),
        Context("follow", "where a recording is followed", like="replay", run="a replay"),
        Context("watch", "where a machine is watched", run="a watched machine"),
        Context("bench", "in a benchmark", run="a benchmark"),
        Context("results", "in a benchmark's results"),
        Context("library", "in the library"),
        Context("compare", "where two recordings are compared"),
        Context("home", "on the first screen", writes=True, over="live"),
        Context("zoom", "in an enlarged pane", inside=_RUNS),
        Context("pane", "on a pane", inside=_RUNS),
        Context("strip", "on the strip of time", inside=_RUNS),
        Context("transcript", "in the conversation", inside=("live", "replay", "follow")),
        Context("trials", "in the table of trials", inside=("bench",)),
        Context("dialog", "in a dialog"),
        Context("question", "in a question", like="dialog"),
        Context("download", "in a download", like="question"),
        Context("list", "in a list", like="dialog", writes=True),
        Context("go_to", "where a time is asked for", like="dialog", writes=True),
        Context("text", "in a text to read", like="dialog"),
        Context("help", "in the help", like="text"),
        Context("settings", "in the settings", like="dialog"),
        Context("plan", "in the form of a plan", like="dialog"),
        Context("flag", "in a field that is yes or no", inside=("plan",)),
        Context("app", "everywhere"),
    )
}
