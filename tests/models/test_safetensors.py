import json
import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlxtop.models.json_file import Fault, Incomplete
from mlxtop.models.weights import read_header
from tests.models.fakes import PLAIN, safetensors

NUMBERS = st.integers(-(2**70), 2**70)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
ENTRY = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from(["BF16", "U32", "F32", "made up", ""]) | JSON,
        "shape": st.lists(NUMBERS, max_size=20) | JSON,
        "data_offsets": st.lists(NUMBERS, min_size=2, max_size=2) | JSON,
    }
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("safetensors") / "model.safetensors"


def test_names_types_and_shapes_are_read(file: Path) -> None:
    file.write_bytes(safetensors(PLAIN))
    tensors = read_header(file)
    assert set(tensors) == {"embed.weight", "norm.weight"}
    assert tensors["embed.weight"].dtype == "BF16"
    assert tensors["embed.weight"].elements == 2048
    assert tensors["norm.weight"].size_bytes == 128


def test_a_file_cut_off_in_its_data_says_how_much_is_missing(file: Path) -> None:
    file.write_bytes(safetensors(PLAIN, missing_bytes=100))
    with pytest.raises(Incomplete, match="100 bytes are missing at its end"):
        read_header(file)


@pytest.mark.parametrize("keep", [0, 3, 8, 20])
def test_a_file_cut_off_in_its_header_is_incomplete(file: Path, keep: int) -> None:
    file.write_bytes(safetensors(PLAIN)[:keep])
    with pytest.raises(Incomplete, match="cut off"):
        read_header(file)


def test_a_length_is_never_trusted(file: Path) -> None:
    file.write_bytes(struct.pack("<Q", 2**63) + b"{}")
    with pytest.raises(Fault, match="cut off, or is not a safetensors"):
        read_header(file)


def test_a_shape_that_its_bytes_contradict_is_broken(file: Path) -> None:
    file.write_bytes(safetensors({"a": ("BF16", [2**40, 2**20], 16)}))
    with pytest.raises(Fault, match="contradicts itself"):
        read_header(file)


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="cannot be read"):
        read_header(tmp_path / "model.safetensors")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200))
def test_any_bytes_are_a_header_or_a_fault(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    with suppress(Fault):
        read_header(file)


@given(
    entries=st.dictionaries(st.text(max_size=5), ENTRY | JSON, max_size=4),
    data=st.binary(max_size=40),
)
def test_any_header_is_consistent_or_a_fault(
    file: Path, entries: dict[str, object], data: bytes
) -> None:
    header = json.dumps(entries).encode()
    file.write_bytes(struct.pack("<Q", len(header)) + header + data)
    try:
        tensors = read_header(file)
    except Fault:
        return
    for tensor in tensors.values():
        assert 0 <= tensor.data_offsets[0] <= tensor.data_offsets[1] <= len(data)


@given(depth=st.sampled_from([10, 10_000]))
def test_deep_nesting_is_a_fault(file: Path, depth: int) -> None:
    header = b'{"a":' + b"[" * depth
    file.write_bytes(struct.pack("<Q", len(header)) + header)
    with pytest.raises(Fault, match="header is broken"):
        read_header(file)
