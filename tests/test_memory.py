"""Memory that arrays are given in again."""

import threading

import numpy as np
import pytest

from cloudgan_geo.memory import ReusedMemory


def address(array):
    return array.__array_interface__["data"][0]


def test_it_is_given_again_only_when_no_view_is_left():
    memory = ReusedMemory()
    first = memory.empty((2, 3, 4), np.float32)
    view, at = first[1:].T, address(first)
    first[...] = 1
    del first
    other = memory.empty((2, 3, 4), np.float32)
    other[...] = 2
    assert (view == 1).all()
    del view
    again = memory.empty((4, 3), np.uint16)
    assert address(again) == at
    assert address(other) != at


def test_too_small_memory_is_not_used():
    memory = ReusedMemory()
    memory.empty((10,), np.uint8)
    large = memory.empty((1000,), np.float64)
    large[...] = 3
    assert large.sum() == 3000


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int32", "float32", "float64"])
@pytest.mark.parametrize("shape", [(3, 5, 7), (0, 4, 4), (1,)])
def test_it_gives_what_numpy_would(shape, dtype):
    made = ReusedMemory().empty(shape, dtype)
    assert (made.shape, made.dtype) == (shape, np.dtype(dtype))
    assert made.flags.c_contiguous
    assert made.flags.writeable


def test_arrays_may_be_dropped_in_other_threads():
    memory = ReusedMemory()
    kept = [memory.empty((100,), np.uint8) for _ in range(8)]
    places = set(map(address, kept))
    thread = threading.Thread(target=kept.clear)
    thread.start()
    thread.join()
    again = [memory.empty((100,), np.uint8) for _ in range(8)]
    assert set(map(address, again)) == places
