"""Everything mlxtop does with a file, for tests and tools that give it damaged ones."""

from pathlib import Path

from mlxtop.bench.recorded import BenchmarkReplay
from mlxtop.findings import findings
from mlxtop.recording import Recording, RecordingError
from mlxtop.recording.library import inspect
from mlxtop.recording.migrate import Line, migrate
from mlxtop.recording.redact import redact
from mlxtop.recording.totals import Totals
from mlxtop.recording.validate import validate
from mlxtop.sources.replay import Replay
from mlxtop.text import one_line
from mlxtop.timeline import Timeline
from mlxtop.tui.chat.export import figures_of, to_markdown
from mlxtop.tui.chat.message import MessageView
from mlxtop.tui.panes import PANES
from mlxtop.tui.panes.base import Frame, draw_pane
from mlxtop.tui.run.header import machine_words, model_words, pace_words
from mlxtop.tui.run.trials import draw_trials
from mlxtop.tui.widgets.playback import PlaybackState
from mlxtop.tui.widgets.rows import length
from mlxtop.tui.widgets.timeline_rows import draw_strip
from mlxtop.tui.zoom.view import draw_zoom

PAUSED = PlaybackState("paused")
LONGEST_SENTENCE = 1000


def look(path: Path) -> str:
    """Do everything with a file; return the sentence it is refused with, or "" where it opens.

    Raises what must never be raised, and AssertionError for a sentence that cannot be shown.
    """
    inspect(path)
    refused = ""
    try:
        for problem in validate(path).problems:
            _is_a_sentence(problem.text)
        with Recording(path) as recording:
            totals = Totals(recording.header)
            for event in recording.events():
                totals.add(event)
            totals.figures()
            _are_sentences(recording.report.sentences())
        source = Replay(Recording(path))
        source.read_all()
    except RecordingError as error:
        refused = str(error)
        _is_a_sentence(refused)
    else:
        _step_through(source)
    _rewrite(path)
    return refused


def _step_through(source: Replay) -> None:
    """Step through a replay, and draw what is seen there."""
    playhead = source.playhead
    for move in (
        playhead.go_start,
        lambda: playhead.step("sample", forward=True),
        lambda: playhead.step("token", forward=True),
        lambda: playhead.step("phase", forward=True),
        lambda: playhead.step("mark", forward=True),
        lambda: playhead.skip(-1e13),
        lambda: playhead.skip(1e13),
        playhead.go_end,
    ):
        move()
        draw(source.timeline, playhead.time())
    # Only once: it takes a hundred times as long as all the rest.
    zoom(source.timeline, playhead.time())


def draw(timeline: Timeline, t: float) -> None:
    """Draw one moment in two sizes, and tell what stands out before it."""
    for width, height in ((64, 12), (22, 5)):
        for face in PANES.values():
            rows = draw_pane(face, timeline, t, width, height, Frame())
            assert [length(row) for row in rows] == [width] * height, face.title
    for width, height in ((200, 3), (80, 2), (40, 1)):
        for row in draw_strip(timeline, t, PAUSED, width, height):
            assert length(row) == width, "the strip"
    if (told := BenchmarkReplay(timeline).at(t)) is not None:
        for width, height in ((90, 20), (30, 8)):
            rows, _ = draw_trials(told, t, width, height)
            assert len(rows) <= height, "trials"
            assert all(length(row) == width for row in rows), "trials"
    entries = timeline.transcript.at(t)
    for entry in entries:
        view = MessageView(entry.key)
        view.update(timeline, entry, t)
        view.lines(40)
    to_markdown(entries, model="", date="", figures=figures_of(entries))
    _are_sentences([machine_words(timeline, t), *model_words(timeline, t)])
    pace_words(timeline, t, 5.0)
    _are_sentences([finding.text for finding in findings(timeline, t - 30, t)])


def zoom(timeline: Timeline, t: float) -> None:
    """Draw the enlarged charts of one moment over the whole run."""
    for face in PANES.values():
        rows = draw_zoom(face, timeline, t, 1e9, 70, 20)
        assert all(length(row) == 70 for row in rows), face.name


def _rewrite(path: Path) -> None:
    """Write the file anew, redacted and in another schema; what comes of it must open again."""
    new = path.with_name(f"{path.name}.redacted.jsonl")
    try:
        redact(path, new)
        errors = [problem.text for problem in validate(new).problems if "JSON" in problem.text]
        assert not errors, errors
        new.unlink()
        migrate(path, new, steps={1: _same}, current=2)
        new.unlink()
    except RecordingError as error:
        assert not new.exists()
        _is_a_sentence(str(error))


def _same(line: Line) -> Line:
    return line


def _are_sentences(sentences: list[str]) -> None:
    for sentence in sentences:
        if sentence:
            _is_a_sentence(sentence)


def _is_a_sentence(sentence: str) -> None:
    """Fail where it is empty, endless, or would move the cursor of a terminal."""
    assert 0 < len(sentence) <= LONGEST_SENTENCE, sentence[:200]
    # Two blanks in a row do no harm.
    assert " ".join(sentence.split()) == one_line(sentence, LONGEST_SENTENCE), ascii(sentence)
