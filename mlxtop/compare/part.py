"""The part of a recording that is compared: which replies, and which of their tokens."""

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from mlxtop import format as fmt
from mlxtop.compare.run import NothingToCompare, Run, chat_replies, left_out_words
from mlxtop.events import TurnEnd, TurnStart
from mlxtop.folds.steps import Even
from mlxtop.folds.turn import Turn
from mlxtop.text import one_line

COMPLETE = ("stop", "length")
"""Finish reasons of complete replies."""


@dataclass(frozen=True)
class Choice:
    """Which part of a recording to compare; all its replies by default."""

    turn: int | None = None
    """Number of a turn in the recording, from 1."""
    mark: float | None = None
    """Time of a mark on the recording's clock, in seconds: from it to the next mark."""
    point: str | None = None
    """Label of a point of a benchmark: its trials that count."""

    @property
    def is_all(self) -> bool:
        """Whether nothing is chosen."""
        return self == Choice()


@dataclass(frozen=True)
class Reply:
    """The tokens of one turn that are compared."""

    turn: Turn
    times: Sequence[float]
    """Times of the tokens, ascending; at least two."""
    before: int = 0
    """Tokens of the reply before these, which are not compared."""

    @property
    def start(self) -> TurnStart:
        """The request."""
        return self.turn.start

    @property
    def end(self) -> TurnEnd | None:
        """How it ended; None if it did not."""
        return self.turn.end

    @property
    def complete(self) -> bool:
        """Whether the reply is complete."""
        return self.end is not None and self.end.finish_reason in COMPLETE

    @property
    def prompt_tokens(self) -> int | None:
        """Tokens of the whole prompt, from the end or the prefill."""
        if self.end is not None and self.end.prompt_tokens:
            return self.end.prompt_tokens
        return self.turn.prefill.values[-1].total_tokens if self.turn.prefill.values else None

    @cached_property
    def even(self) -> Even:
        """The tokens for speeds: those of a step share its time.

        With a draft model and in a batch several come at once; the first step is left out.
        """
        return self.turn.steps.even(self.times[0], self.times[-1])

    @property
    def intervals(self) -> list[float]:
        """Seconds of each token after the first step."""
        times = self.even.times
        return [later - earlier for earlier, later in pairwise(times)]

    @property
    def rate(self) -> float | None:
        """Tokens/s from the end of the first step to that of the last; for a batch in total."""
        times = self.even.times
        seconds = times[-1] - times[0] if times else 0.0
        return (len(times) - 1) / seconds if seconds > 0 else None

    @property
    def step_seconds(self) -> list[float]:
        """Seconds between the ends of steps, which have one token without drafts and batches."""
        ends = self.turn.steps.ends
        low, high = bisect_left(ends, self.times[0]), bisect_right(ends, self.times[-1])
        return [later - earlier for earlier, later in pairwise(ends[low:high])]

    @property
    def several_at_once(self) -> bool:
        """Whether a step may produce several tokens."""
        return self.turn.with_draft or self.start.batch > 1


@dataclass(frozen=True)
class Part:
    """The part of a run that is compared."""

    run: Run
    zero: float
    """The moment to align with the other run: the first token, or the mark."""
    replies: tuple[Reply, ...]
    left_out: int = 0
    """Replies that were stopped, failed or did not end, and trials that do not count."""
    not_counted: str = ""
    """For a run with a benchmark: what was left out, in words."""

    @property
    def left_out_words(self) -> str:
        """What was left out, and why: "1 stopped by you, 2 not ended"; empty for nothing."""
        if self.not_counted or not self.left_out:
            return self.not_counted
        kept = {reply.turn.number for reply in self.replies}
        rest = [turn for turn in self.run.timeline.turn_log.values if turn.number not in kept]
        counts = Counter(
            "under two tokens"
            if turn.end is not None and turn.end.finish_reason in COMPLETE
            else fmt.ended("" if turn.end is None else turn.end.finish_reason)
            for turn in rest
        )
        return ", ".join(f"{count} {words}" for words, count in counts.items())

    @property
    def of_benchmark(self) -> bool:
        """Whether all of it is a benchmark: then its figures are medians over trials."""
        return all(reply.start.purpose is not None for reply in self.replies)

    @property
    def spans(self) -> list[tuple[float, float]]:
        """The time of each reply: from its request, or the part's start, to its last token."""
        floor = min(self.zero, self.replies[0].times[0])
        return [
            (reply.start.t if not reply.before else max(floor, reply.start.t), reply.times[-1])
            for reply in self.replies
        ]


def part(run: Run, choice: Choice, points: Collection[str] = ()) -> Part:
    """Return the part of a run that was chosen; raises NothingToCompare.

    By default the trials that count of these `points` of a benchmark. Without `points` the replies
    of a chat, or, if there are none, the trials of all points.
    """
    if choice.mark is not None:
        return _from_mark(run, choice.mark)
    if choice.turn is not None:
        return _one_turn(run, choice.turn)
    if choice.point is not None or points:
        wanted = (choice.point,) if choice.point is not None else points
        return _of_trials(run, wanted)
    replies = [_whole(turn) for turn in chat_replies(run.timeline)]
    if not replies:
        return _of_trials(run, run.trials)
    # A stopped reply is compared only if there is no other.
    return _counted(run, [reply for reply in replies if reply.complete] or replies)


def _of_trials(run: Run, points: Collection[str | None]) -> Part:
    turns = [turn for label, turns in run.trials.items() if label in points for turn in turns]
    if not turns:
        name = one_line(run.path.name, 200)
        if not run.is_benchmark:
            raise NothingToCompare(f"{name} is not a benchmark: it has no points to choose from.")
        if not run.trials:
            raise NothingToCompare(
                f"{name} is a benchmark without a trial that counts: there is nothing to compare."
            )
        wanted = _listed([f'"{one_line(label, 40)}"' for label in points if label is not None])
        labels = _listed([f'"{one_line(label, 40)}"' for label in run.trials])
        raise NothingToCompare(
            f"{name} has no trial that counts of the point {wanted}; it has some of {labels}."
        )
    return _counted(run, [_whole(turn) for turn in turns])


def _counted(run: Run, replies: list[Reply]) -> Part:
    without = len(run.timeline.turn_log.values) - len(replies)
    said = left_out_words(run.timeline, [reply.turn for reply in replies])
    first = min(replies, key=lambda reply: reply.times[0])
    return Part(run, first.times[0], tuple(replies), without, said)


def _whole(turn: Turn) -> Reply:
    return Reply(turn, sorted(turn.times))


def _one_turn(run: Run, number: int) -> Part:
    for turn in run.turns:
        if turn.number == number:
            reply = _whole(turn)
            return Part(run, reply.times[0], (reply,))
    there = [str(turn.number) for turn in run.turns]
    raise NothingToCompare(
        f"{one_line(run.path.name, 200)} has no turn {number} with two tokens or more; it has "
        f"{'turn' if len(there) == 1 else 'turns'} {_listed(there)}."
    )


def _from_mark(run: Run, mark: float) -> Part:
    times = run.timeline.marks.times
    after = bisect_right(times, mark)
    end = times[after] if after < len(times) else math.inf
    replies = []
    for turn in run.turns:
        all_times = sorted(turn.times)
        low, high = bisect_left(all_times, mark), bisect_left(all_times, end)
        if high - low > 1:
            replies.append(Reply(turn, all_times[low:high], low))
    if not replies:
        raise NothingToCompare(
            f"{one_line(run.path.name, 200)} has no two tokens between that mark and the next."
        )
    return Part(run, mark, tuple(replies))


def find_mark(run: Run, words: str) -> float:
    """Return the time of the first mark whose note contains the words; raises NothingToCompare."""
    for t, note in run.marks:
        if words.casefold() in note.casefold():
            return t
    notes = [f'"{one_line(note, 40)}"' for _, note in run.marks]
    there = f"its marks are {_listed(notes)}" if notes else "it has no marks"
    raise NothingToCompare(
        f'{one_line(run.path.name, 200)} has no mark "{one_line(words, 60)}"; {there}.'
    )


def _listed(words: list[str], most: int = 8) -> str:
    return ", ".join(words[:most]) + (f" and {len(words) - most} more" if words[most:] else "")
