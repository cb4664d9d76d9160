"""One turn without a screen: the reply on stdout, its figures on stderr."""

import math
import sys
import time

import msgspec
from msgspec import structs

from mlxtop import as_json
from mlxtop import format as fmt
from mlxtop.folds.turn import Turn
from mlxtop.sources.live import News, open_live
from mlxtop.sources.options import LiveOptions, ModelSpec
from mlxtop.sources.parts import report_shortfall
from mlxtop.streams import complain, print_data, reader_gone
from mlxtop.text import one_line, visible
from mlxtop.timeline import Timeline


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The output of `--json`; None if a figure is not known."""

    model: str
    finish_reason: str
    error: str
    prompt_tokens: int
    cached_tokens: int
    generation_tokens: int
    thinking_tokens: int
    ttft_seconds: float | None
    decode_tokens_per_second: float | None
    """(n − 1) / (last − first token's time); with a draft model without the first step."""
    mlx_lm_prompt_tokens_per_second: float | None
    mlx_lm_generation_tokens_per_second: float | None
    tpot_mean_seconds: float | None
    tpot_p50_seconds: float | None
    tpot_p95_seconds: float | None
    tpot_p99_seconds: float | None
    tpot_max_seconds: float | None
    per_step: bool
    """True with a draft model: latencies are per step of several tokens."""
    peak_mlx_bytes: int | None
    load_seconds: float | None
    recording: str | None
    """The file; the last one, if there are several."""
    recording_shortfall: str | None = None
    """Which part of the run was not recorded, and why; None if nothing is missing."""
    reply: str | None = None
    thinking: str | None = None


def summarize(
    timeline: Timeline, turn: Turn, recording: str | None, shortfall: str | None = None
) -> Summary:
    """Return the current figures of a reply."""
    end, latency, rate = turn.end, turn.latency(math.inf), turn.decode_rate(math.inf)
    said = turn.text(math.inf)
    model = timeline.model.at(turn.start.t)
    peak = timeline.series.get("mlx.peak_bytes")
    return Summary(
        model=model.model if model else "",
        finish_reason=end.finish_reason if end else "",
        error=end.error if end else "",
        prompt_tokens=end.prompt_tokens if end else 0,
        cached_tokens=end.cached_tokens if end else 0,
        generation_tokens=end.generation_tokens if end else turn.tokens(math.inf),
        thinking_tokens=turn.thinking_tokens(math.inf),
        ttft_seconds=turn.ttft(math.inf),
        decode_tokens_per_second=rate,
        mlx_lm_prompt_tokens_per_second=end.prompt_tokens_per_second if end else None,
        mlx_lm_generation_tokens_per_second=end.generation_tokens_per_second if end else None,
        tpot_mean_seconds=1 / rate if rate else None,
        tpot_p50_seconds=latency.p50 if latency else None,
        tpot_p95_seconds=latency.p95 if latency else None,
        tpot_p99_seconds=latency.p99 if latency else None,
        tpot_max_seconds=latency.highest if latency else None,
        per_step=turn.with_draft,
        peak_mlx_bytes=int(max(peak.values)) if peak is not None and len(peak) else None,
        load_seconds=model.seconds if model else None,
        recording=recording,
        recording_shortfall=shortfall,
        reply=None if said.reply is None else said.reply.lstrip("\n"),
        thinking=said.thinking or None,
    )


POLL_SECONDS = 0.02


class HeadlessRun:
    """Runs one turn of a live run and prints it."""

    def __init__(self, options: LiveOptions, wanted: ModelSpec, prompt: str, *, json: bool) -> None:
        self.live = open_live(options)
        self.wanted = wanted
        self.prompt = prompt
        self.json = json
        self._printed = 0
        self._ended = False
        self._noted = 0

    def run(self) -> int:
        """Run the turn; return the exit status: 0, 1 if it failed, 130 after Ctrl-C."""
        self.live.start()
        try:
            self.live.load(self.wanted)
            status = self._follow() or self._turn()
        finally:
            self.live.close()
            short = report_shortfall(self.live.recorder.status, self.live.options)
        summary = self._summary()
        status = status or short
        if summary is None:
            if self.json:
                print_error(self._why())
            return status or 1
        if self.json:
            print(as_json.indented(summary))
        elif not reader_gone() and (summary.generation_tokens or not summary.error):
            # A turn that failed before it began has only a reason.
            print(table(summary, self.live.recorder.status.where), file=sys.stderr)
        return status

    def _why(self) -> str:
        failed = [news.text for news in self.live.news if news.failed]
        return failed[-1] if failed else "It was cancelled before the turn began."

    def _turn(self) -> int:
        if self.live.model is None:
            return 1
        self.live.send(self.prompt)
        status = self._follow()
        turn = self.live.timeline.turn_log.at(float("inf"))
        end = None if turn is None else turn.end
        failed = end is None or end.finish_reason in ("error", "engine died")
        return status or int(failed)

    def _follow(self) -> int:
        """Wait for the current load or turn; 130 if Ctrl-C ended it."""
        status = 0
        interrupted = stopped = False
        while self.live.answering or self.live.loading:
            try:
                self.live.poll()
                self._print()
                if reader_gone() and not stopped:
                    # The reader of the reply is gone (`| head`).
                    stopped = True
                    self.live.stop()
                if stopped and self.live.unresponsive:
                    return status or 1
                time.sleep(POLL_SECONDS)
            except KeyboardInterrupt:
                if interrupted:
                    return 130
                # The first Ctrl-C stops the answer; its figures are still printed.
                interrupted, status = True, 130
                self.live.stop()
        self.live.poll()
        self._print()
        return status

    def _print(self) -> None:
        timeline = self.live.timeline
        for news in self.live.news[self._noted :]:
            self._say(news)
        self._noted = len(self.live.news)
        turn = timeline.turn_log.at(float("inf"))
        if turn is None or self.json:
            return
        # Some models begin a reply with empty lines after their thinking.
        text = (turn.text(float("inf")).reply or "").lstrip("\n")
        if len(text) > self._printed:
            sys.stdout.write(visible(text[self._printed :]))
            sys.stdout.flush()
            self._printed = len(text)
        if turn.end is not None and self._printed and not self._ended:
            self._ended = True
            if not text.endswith("\n"):
                sys.stdout.write("\n")
                sys.stdout.flush()

    def _say(self, news: News) -> None:
        complain(news.text)
        for line in news.log:
            print(f"  {one_line(line, 300)}", file=sys.stderr)

    def _summary(self) -> Summary | None:
        timeline = self.live.timeline
        turn = timeline.turn_log.at(float("inf"))
        if turn is None:
            return None
        if turn.end is not None and turn.end.error:
            complain(turn.end.error)
        recorded = self.live.recorder.status
        file = str(recorded.files[-1]) if recorded.files else None
        summary = summarize(timeline, turn, file, recorded.shortfall or None)
        if summary.finish_reason == "engine died" and not summary.error:
            return structs.replace(summary, error=self._why())
        return summary


def print_error(sentence: str) -> None:
    """Print the output of `--json` if there is no reply: an object with the error."""
    print_data()
    print(as_json.indented({"error": one_line(sentence, 500)}))


def table(summary: Summary, recorded: str) -> str:
    """Return the summary as lines of names and figures; `recorded`: where the run is recorded."""
    step = " per step" if summary.per_step else ""
    latencies = (
        summary.tpot_p50_seconds,
        summary.tpot_p95_seconds,
        summary.tpot_p99_seconds,
        summary.tpot_max_seconds,
    )
    rows = [
        ("model", one_line(summary.model)),
        (
            "tokens",
            f"prompt {summary.prompt_tokens} ({summary.cached_tokens} cached), "
            f"generated {summary.generation_tokens}, {fmt.ended(summary.finish_reason)}",
        ),
        ("TTFT", fmt.seconds(summary.ttft_seconds)),
        ("decode", fmt.rate(summary.decode_tokens_per_second)),
        (
            "mlx-lm",
            f"prompt {fmt.rate(summary.mlx_lm_prompt_tokens_per_second)}, "
            f"generation {fmt.rate(summary.mlx_lm_generation_tokens_per_second)}",
        ),
        (
            f"TPOT{step}",
            "p50 {}  p95 {}  p99 {}  max {}".format(*map(fmt.seconds, latencies)),
        ),
        ("peak MLX memory", fmt.size(summary.peak_mlx_bytes)),
        ("recording", one_line(recorded, 500)),
    ]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{width}}  {figure}" for name, figure in rows)
