"""The parent's side: an engine that dies, hangs, talks nonsense or cannot start."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from mlxtop.engine import protocol, run
from mlxtop.events import (
    EngineReady,
    Error,
    LoadEnd,
    LoadStart,
    Notice,
    Tokens,
    TurnEnd,
    TurnStart,
)
from tests.engine.driver import Driver, messages

Models = Callable[[str], Path]
Fake = Callable[[str], Driver]


def _gone(pid: int) -> bool:
    try:
        psutil.Process(pid).wait(30)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


def test_an_engine_that_is_killed_is_told_of_once(own_engine: Driver, model: Models) -> None:
    own_engine.load(model("slow"), trust_remote_code=True)
    turn = own_engine.ask("hello", max_tokens=1000)
    waiting = own_engine.ask("hello", max_tokens=1000)
    own_engine.wait_for(Tokens)
    pid = own_engine.process.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    error = own_engine.wait_for(Error)
    assert "signal 9" in error.text
    assert error.origin == "engine"
    assert not own_engine.process.alive
    assert own_engine.process.pid is None
    assert not own_engine.process.send(protocol.Cancel())
    reply = own_engine.reply(turn)
    assert reply.end.finish_reason == "engine died"
    assert reply.end.generation_tokens == len(reply.times) > 0
    assert own_engine.reply(waiting).end.finish_reason == "engine died"
    kinds = [type(event) for event in own_engine.events]
    assert kinds.count(Error) == 1
    assert kinds.count(TurnEnd) == kinds.count(TurnStart) == 2
    assert kinds.index(TurnEnd) < kinds.index(Error)


def test_an_engine_starts_again_with_the_conversation(own_engine: Driver, model: Models) -> None:
    own_engine.load(model("qwen3"))
    first = own_engine.chat("hello", max_tokens=10)
    pid = own_engine.process.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    own_engine.wait_for(Error)
    start = len(own_engine.events)
    assert own_engine.process.restart()
    own_engine.wait_for(EngineReady, start)
    assert not own_engine.load(model("qwen3")).error
    longer = messages("hello", first.text(), "and?")
    assert own_engine.chat(longer, max_tokens=5).end.finish_reason == "length"
    assert len([event for event in own_engine.events if isinstance(event, Error)]) == 1


def test_a_death_while_loading_ends_the_load(own_engine: Driver, model: Models) -> None:
    own_engine.wait_for(EngineReady)
    pid = own_engine.process.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    own_engine.process.send(protocol.Load(model=str(model("qwen3"))))
    os.kill(pid, signal.SIGKILL)
    assert "stopped while loading" in own_engine.wait_for(LoadEnd).error
    assert own_engine.wait_for(LoadStart).t <= own_engine.wait_for(LoadEnd).t
    own_engine.wait_for(Error)


def test_quitting_is_no_death() -> None:
    for ask in (True, False):
        driver = Driver()
        driver.process.start()
        ready = driver.wait_for(EngineReady)
        if ask:
            driver.process.send(protocol.Quit())
        else:
            driver.process.close()
        assert _gone(ready.pid)
        driver.process.close()
        assert not [event for event in driver.events if isinstance(event, Error)]


def test_closing_in_the_middle_of_a_turn_ends_it(own_engine: Driver, model: Models) -> None:
    own_engine.load(model("slow"), trust_remote_code=True)
    turn = own_engine.ask("hello", max_tokens=1000)
    own_engine.wait_for(Tokens)
    own_engine.process.close()
    assert own_engine.reply(turn).end.finish_reason == "cancelled"
    own_engine.process.close()


def test_an_engine_that_hangs_is_killed(own_engine: Driver) -> None:
    pid = own_engine.wait_for(EngineReady).pid
    os.kill(pid, signal.SIGSTOP)
    own_engine.process.close(grace_seconds=0.1)
    assert _gone(pid)


def test_the_terminals_signals_do_not_reach_the_engine(engine: Driver) -> None:
    pid = engine.wait_for(EngineReady).pid
    assert os.getsid(pid) == os.getpgid(pid) == pid != os.getsid(0)


def test_garbage_on_the_pipe_is_counted_and_passed_over(fake: Fake) -> None:
    notice = '{"kind":"notice","t":1.0,"text":"still here"}'
    lines = ["no json", '{"kind":"from_the_future","t":1}', '{"kind":"notice"}', "\\xff\\xfe", "[]"]
    driver = fake(
        "import sys; out = sys.stdout.buffer\n"
        f"for line in {lines!r}: out.write(line.encode('latin-1') + b'\\n')\n"
        f"out.write({notice!r}.encode() + b'\\n'); out.flush()\n"
        'out.write(b\'{"kind":"notice","t":1.0,"te\'); out.flush()\n'
        "sys.stdin.read()"
    )
    assert driver.wait_for(Notice).text == "still here"
    assert driver.process.garbage_lines == len(lines)
    driver.process.close()
    assert driver.process.garbage_lines == len(lines) + 1  # the torn last line
    assert [type(event) for event in driver.events] == [Notice]


def test_the_process_decides_and_not_its_pipe(fake: Fake) -> None:
    """A grandchild holds the pipe open; the death is told all the same."""
    driver = fake(
        "import subprocess, sys\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        'print(\'{"kind":"notice","t":1.0,"text":"%d"}\' % child.pid, flush=True)\n'
        "sys.exit(3)"
    )
    assert "exit status 3" in driver.wait_for(Error).text
    os.kill(int(driver.wait_for(Notice).text), signal.SIGKILL)
    driver.process.close()


def test_the_end_of_the_pipe_is_no_death(fake: Fake) -> None:
    driver = fake(
        "import os, sys\n"
        'print(\'{"kind":"notice","t":1.0,"text":"here"}\', flush=True)\n'
        "os.close(1); sys.stdin.readline(); os._exit(4)"
    )
    driver.wait_for(Notice)
    assert driver.process.alive
    driver.process.send(protocol.Cancel())
    assert "exit status 4" in driver.wait_for(Error).text


def test_a_metal_out_of_memory_is_recognized(fake: Fake) -> None:
    text = (
        "libc++abi: terminating due to uncaught exception of type std::runtime_error: [METAL] "
        "Command buffer execution failed: Insufficient Memory "
        "(00000008:kIOGPUCommandBufferCallbackErrorOutOfMemory)"
    )
    driver = fake(f"import os; os.write(2, {text.encode()!r}); os.abort()")
    error = driver.wait_for(Error)
    assert "GPU ran out of memory" in error.text
    assert error.log == [text]


def test_the_log_is_made_harmless(fake: Fake) -> None:
    driver = fake("import os; os.write(2, b'\\x1b[31mred\\x07\\n'); os._exit(1)")
    error = driver.wait_for(Error)
    assert error.log == ["␛[31mred␇"]
    assert "\x1b" not in error.text


def test_without_mlx_the_engine_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mlx").mkdir()
    message = "No module named 'mlx'"
    (tmp_path / "mlx" / "__init__.py").write_text(f"raise ModuleNotFoundError({message!r})")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    driver = Driver()
    driver.process.start()
    error = driver.wait_for(Error)
    assert "mlx is not installed" in error.text
    assert "[cpu]" in error.text
    assert error.log[-1] == f"ModuleNotFoundError: {message}"


def test_an_engine_that_cannot_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "command", lambda: ["/no/such/python"])
    driver = Driver()
    assert not driver.process.start()
    assert "cannot start" in driver.wait_for(Error).text
    assert not driver.process.alive
    assert not driver.process.send(protocol.Cancel())
    driver.process.close()


def test_the_parent_imports_nothing_heavy() -> None:
    code = (
        "import sys, mlxtop.engine.process\n"
        "print([name for name in ('mlx', 'mlx_lm', 'transformers', 'textual', 'numpy')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_files_in_the_current_directory_are_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "queue.py").write_text("raise SystemExit(9)")
    (tmp_path / "mlx.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    driver = Driver()
    driver.process.start()
    driver.wait_for(EngineReady)
    driver.process.close()


def test_a_paste_with_lone_surrogates_reaches_the_model(engine: Driver, model: Models) -> None:
    engine.load(model("qwen3"))
    reply = engine.chat("a\ud800b", max_tokens=2)
    assert reply.end.prompt_tokens == len("a\ufffdb".encode()) + 3


def test_a_setting_that_is_no_number_ends_the_turn(engine: Driver) -> None:
    end = engine.chat("hello", temperature=float("nan")).end
    assert end.finish_reason == "error"
    assert "temperature" in end.error


@pytest.mark.parametrize("place", ["model", "adapter", "draft"])
def test_a_path_that_is_no_text_is_refused(engine: Driver, model: Models, place: str) -> None:
    """As the shell gives it: bytes that are no UTF-8 arrive as lone surrogates."""
    paths = {"model": str(model("qwen3")), place: "/models/mod\udce9l"}
    end = engine.load(**paths)
    assert end.error.startswith("/models/mod\ufffdl is not valid UTF-8")
    assert engine.process.alive


@pytest.mark.skipif(sys.platform == "darwin", reason="file names there are always UTF-8")
def test_a_link_to_a_path_that_is_no_text_is_refused(
    engine: Driver, model: Models, tmp_path: Path
) -> None:
    odd = tmp_path / "mod\udce9l"
    shutil.copytree(model("qwen3"), odd)
    (tmp_path / "link").symlink_to(odd)
    assert "mod\ufffdl is not valid UTF-8" in engine.load(tmp_path / "link").error
    assert not engine.load(model("qwen3")).error  # the engine still speaks
