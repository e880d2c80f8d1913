"""Memory that the arrays of one strip after another lie in."""

from __future__ import annotations

import math
from collections import deque
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class ReusedMemory:
    """Gives arrays, in memory of earlier ones that nobody looks at any more if there is some.

    Memory as large as a strip comes from the system and goes back to it each time. The system
    fills it with zeros, and looks for large pages first, which takes longer than what is done
    with it. The arrays may be used and dropped in any thread.
    """

    def __init__(self) -> None:
        self._free: deque[NDArray[np.uint8]] = deque()

    def empty(self, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Returns an array that holds anything, as `numpy.empty` does."""
        size = math.prod(shape) * np.dtype(dtype).itemsize
        lent = np.asarray(_Lent(self._found(size), self._free))
        return lent[:size].view(dtype).reshape(shape)

    def _found(self, size: int) -> NDArray[np.uint8]:
        """Returns so many bytes or more; memory that is too small is given back."""
        while True:
            try:
                memory = self._free.popleft()
            except IndexError:
                return np.empty(size, np.uint8)
            if len(memory) >= size:
                return memory


class _Lent:
    """What an array and all views of it hold on to; when it goes, their memory is free."""

    def __init__(self, memory: NDArray[np.uint8], free: deque[NDArray[np.uint8]]) -> None:
        self._memory = memory
        self._free = free
        self.__array_interface__ = memory.__array_interface__

    def __del__(self) -> None:
        self._free.append(self._memory)
