"""The engine's log: a file for each process, whose state never hides a death."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from mlxtop.engine import protocol
from mlxtop.engine.log import KEPT, LARGEST_BYTES, Log, own_path
from mlxtop.engine.run import LONGEST_BYTES, NOTED_LINES, lines
from mlxtop.events import Error, Notice, TurnEnd
from tests.engine.driver import Driver, messages

Fake = Callable[[str], Driver]

GARBAGE = (
    "import sys\n"
    "print('no event', flush=True)\n"
    'print(\'{"kind":"notice","t":1.0,"text":"still here"}\', flush=True)\n'
    "sys.stdin.readline(); sys.exit(3)"
)
NOTICE = '{"kind":"notice","t":1.0,"text":"still here"}'
NOBODY = 2_000_000_000
"""No process has such an id."""


def test_the_log_goes_where_it_is_told(fake: Fake, tmp_path: Path) -> None:
    path = tmp_path / "logs" / "engine.log"
    for number in (1, 2):
        fake(f"import os; os.write(2, b'run {number}\\n'); os._exit(1)")
        driver = Driver(path)
        driver.process.start()
        assert driver.wait_for(Error).log == [f"run {number}"]
    path = own_path(path)
    assert path.read_text("utf-8") == "run 1\nrun 2\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.name == f"engine-{os.getpid()}.log"


def test_an_empty_log_is_left_only_by_an_engine_that_died(fake: Fake, tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    for code, left in (
        ("import sys; sys.stdin.read()", []),
        ("import os, sys; os.write(2, b'a word\\n'); sys.stdin.read()", [own_path(path)]),
    ):
        before = fake(code)
        driver = Driver(path)
        driver.process.start()
        driver.process.close()
        before.process.close()
        assert list(tmp_path.iterdir()) == left
    own_path(path).unlink()
    fake("import os; os._exit(1)")
    driver = Driver(path)
    driver.process.start()
    driver.wait_for(Error)
    driver.process.close()
    assert list(tmp_path.iterdir()) == [own_path(path)]


def test_a_log_that_cannot_be_written_stops_no_engine(fake: Fake, tmp_path: Path) -> None:
    fake("import os; os._exit(1)").wait_for(Error)
    (tmp_path / "file").touch()
    driver = Driver(tmp_path / "file" / "engine.log")
    assert driver.process.start()
    assert "log cannot be written" in driver.wait_for(Notice).text
    driver.wait_for(Error)


def test_a_log_that_was_cut_off_hides_no_death(fake: Fake, tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    fake("import os; os.write(2, b'before\\n' * 1000); os._exit(1)")
    before = Driver(path)
    before.process.start()
    before.wait_for(Error)
    fake("import os, sys; sys.stdin.readline(); os.write(2, b'mine\\n'); os._exit(1)")
    driver = Driver(path)
    driver.process.start()
    (log,) = tmp_path.glob("engine*.log")
    os.truncate(log, 0)
    driver.process.send(protocol.Chat(turn=1, index=1, messages=messages("hi")))
    assert driver.wait_for(Error).log == ["mine"]
    assert driver.wait_for(TurnEnd).finish_reason == "engine died"


def test_a_log_that_cannot_be_read_hides_no_death(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driver = fake("import sys; sys.stdin.readline(); sys.exit(3)")

    def broken(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "pread", broken)
    driver.process.send(protocol.Chat(turn=1, index=1, messages=messages("hi")))
    assert "exit status 3" in driver.wait_for(Error).text
    assert driver.wait_for(TurnEnd).finish_reason == "engine died"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk here is always full")
def test_a_full_disk_does_not_deafen(fake: Fake, tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    for place in (path, own_path(path)):
        place.symlink_to("/dev/full")
    fake(GARBAGE).process.close()
    driver = Driver(path)
    driver.process.start()
    assert driver.wait_for(Notice).text == "still here"
    assert driver.process.garbage_lines == 1
    driver.process.send(protocol.Cancel())
    assert "exit status 3" in driver.wait_for(Error).text


def test_each_process_has_a_log_and_old_ones_go(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    ended = [path.with_name(f"engine-{NOBODY + number}.log") for number in range(KEPT + 3)]
    others = [path.with_name(f"engine-{name}.log") for name in ("1", "notes")]
    for age, file in enumerate([*ended, *others]):
        file.write_text("said by somebody else\n")
        os.utime(file, (age, age))
    log = Log(path)
    assert log.tail() == []
    log.note("mine")
    assert log.tail() == ["mlxtop: mine"]
    assert set(tmp_path.iterdir()) == {own_path(path), *others, *ended[-KEPT:]}
    log.close()


def test_a_line_without_an_end_takes_no_memory() -> None:
    reading, writing = os.pipe()

    def write() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(b"first\n" + b"x" * (2 * LONGEST_BYTES) + b"\nlast\nnot ended")

    writer = threading.Thread(target=write)
    writer.start()
    found = list(lines(reading, idle=lambda: None))
    writer.join()
    os.close(reading)
    assert [line[:9] for line in found] == [b"first", b"x" * 9, b"last", b"not ended"]
    assert len(found[1]) == LONGEST_BYTES


def test_lines_that_are_no_events_fill_no_log(fake: Fake, tmp_path: Path) -> None:
    count = NOTED_LINES * 5
    fake(
        f"print('no event\\n' * {count}, end='')\n"
        f"print({NOTICE!r}, flush=True)\n"
        "import sys; sys.stdin.readline()"
    ).process.close()
    path = tmp_path / "engine.log"
    driver = Driver(path)
    driver.process.start()
    driver.wait_for(Notice)
    assert driver.process.garbage_lines == count
    written = own_path(path).read_text("utf-8").splitlines()
    assert len(written) == NOTED_LINES + 1
    assert "counted, not logged" in written[-1]
    driver.process.close()


def test_a_log_that_grows_is_cut_to_its_last_lines(tmp_path: Path) -> None:
    log = Log(tmp_path / "engine.log")
    os.write(log.fileno(), b"a small one\n")
    log.bound()
    assert log.tail() == ["a small one"]
    for number in range(LARGEST_BYTES // 1000 + 1):
        os.write(log.fileno(), f"{number:<999}\n".encode())
    log.bound()
    assert own_path(tmp_path / "engine.log").stat().st_size < 100_000
    assert (
        "its last lines follow"
        in own_path(tmp_path / "engine.log").read_text("utf-8").splitlines()[0]
    )
    assert log.tail()[-1] == f"{LARGEST_BYTES // 1000}"
    log.close()
