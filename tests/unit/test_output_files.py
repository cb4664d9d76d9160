"""A file is written as a whole, or what was there stays."""

import os
import resource
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mlxtop.output_files import not_writable, part_of, whole_file, write_whole


@contextmanager
def full_after(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("new", [True, False])
def test_a_new_file_is_its_owners_and_nothing_else_is_left(tmp_path: Path, new: bool) -> None:
    write_whole(tmp_path / "a", b"hello", new=new)
    assert (tmp_path / "a").read_bytes() == b"hello"
    assert mode(tmp_path / "a") == 0o600
    assert os.listdir(tmp_path) == ["a"]


def test_what_was_there_stays_whole_on_a_full_disk(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"yesterday")
    with full_after(1000), pytest.raises(OSError, match="File too large"):
        write_whole(tmp_path / "a", b"x" * 5000)
    assert (tmp_path / "a").read_bytes() == b"yesterday"
    assert os.listdir(tmp_path) == ["a"]


def test_what_is_replaced_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"yesterday")
    (tmp_path / "a").chmod(0o644)
    write_whole(tmp_path / "a", b"today")
    assert ((tmp_path / "a").read_bytes(), mode(tmp_path / "a")) == (b"today", 0o644)


def test_what_mlxtop_keeps_for_itself_is_its_owners_again(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"yesterday")
    (tmp_path / "a").chmod(0o644)
    write_whole(tmp_path / "a", b"today", own=True)
    assert mode(tmp_path / "a") == 0o600


def test_a_link_is_followed_to_its_file(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "a").symlink_to(tmp_path / "there" / "b")
    write_whole(tmp_path / "a", b"first")
    write_whole(tmp_path / "a", b"second")
    assert (tmp_path / "a").is_symlink()
    assert (tmp_path / "there" / "b").read_bytes() == b"second"


def test_a_new_file_replaces_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"yesterday")
    with pytest.raises(FileExistsError):
        write_whole(tmp_path / "a", b"today", new=True)
    assert (tmp_path / "a").read_bytes() == b"yesterday"


def test_a_pipe_is_written_as_it_is(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, b"hello")
        assert os.read(reader, 100) == b"hello"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_killed_writer_leaves_the_old_file_and_the_next_one_removes_its_part(
    tmp_path: Path,
) -> None:
    target = tmp_path / "a"
    target.write_bytes(b"yesterday")
    script = (
        "import os, signal, sys\nfrom pathlib import Path\n"
        "from mlxtop.output_files import whole_file\n"
        "with whole_file(Path(sys.argv[1])) as file:\n"
        "    file.write(b'half'); file.flush(); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(target)], check=False)
    assert killed.returncode == -9
    assert target.read_bytes() == b"yesterday"
    (left,) = [path for path in tmp_path.iterdir() if path != target]
    os.utime(left, (time.time() - 3600, time.time() - 3600))
    write_whole(target, b"today")
    assert os.listdir(tmp_path) == ["a"]


def test_a_part_that_is_still_written_is_left_alone(tmp_path: Path) -> None:
    with whole_file(tmp_path / "a") as slow:
        slow.write(b"slow")
        (part,) = tmp_path.iterdir()
        os.utime(part, (time.time() - 3600, time.time() - 3600))
        write_whole(tmp_path / "a", b"quick")
    assert (tmp_path / "a").read_bytes() == b"slow"


def test_what_was_left_for_another_file_goes_and_nothing_that_only_looks_like_it(
    tmp_path: Path,
) -> None:
    with part_of(tmp_path / "a b.jsonl.gz") as part:
        left = part.name
    # A process that was killed, hours ago and just now; a name that is too long for a part.
    names = [left, *(f".{n}.abcdefgh.mlxtop-part" for n in ("new", "n" * 200))]
    names += ["x.abcdefgh.mlxtop-part", ".x.abcdefg.mlxtop-part", ".x.abcdefgh.part", ".abcdefgh"]
    for name in names:
        (tmp_path / name).write_bytes(b"half")
        if name != names[1]:
            os.utime(tmp_path / name, (time.time() - 3600, time.time() - 3600))
    folder = tmp_path / ".folder.abcdefgh.mlxtop-part"
    folder.mkdir()
    os.utime(folder, (time.time() - 3600, time.time() - 3600))
    link = tmp_path / ".link.abcdefgh.mlxtop-part"
    link.symlink_to(tmp_path / ".abcdefgh")
    write_whole(tmp_path / "b", b"today")
    there = {*names[1:], folder.name, link.name, "b"}
    assert set(os.listdir(tmp_path)) == there


@pytest.mark.parametrize(
    "name",
    ["a" * 255, "語" * 85, "🙂" * 63, "\udce9" * 200],
    ids=["ASCII", "of 3 bytes", "of 4 bytes", "no UTF-8"],
)
def test_a_name_as_long_as_names_may_be_is_written(tmp_path: Path, name: str) -> None:
    if sys.platform == "darwin" and not name.isprintable():
        pytest.skip("names are UTF-8 there")
    write_whole(tmp_path / name, b"today")
    assert os.listdir(tmp_path) == [name]


def test_a_part_is_gone_whatever_ends_the_block(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), part_of(tmp_path / "a"):
        raise KeyboardInterrupt
    assert not os.listdir(tmp_path)


def test_what_cannot_be_written_is_known_beforehand(tmp_path: Path) -> None:
    assert not_writable(tmp_path / "a") == ""
    assert not_writable(Path("/dev/null")) == ""
    assert "is a directory" in not_writable(tmp_path)
    assert "no directory" in not_writable(tmp_path / "none" / "a")


def test_what_mlxtop_keeps_for_itself_waits_for_no_reader_of_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a")
    with pytest.raises(OSError, match="not a regular file"):
        write_whole(tmp_path / "a", b"today", own=True)
    assert (tmp_path / "a").is_fifo()
