"""Two batches at a time, each on its share of the cores."""

import threading

import pytest
import torch

from cloudgan_geo.networks.checkpoint import LoadedGenerator
from cloudgan_geo.networks.cores import shared_cores
from cloudgan_geo.networks.generator import UNetGenerator
from cloudgan_geo.networks.inference import PreparedGenerator


@pytest.fixture
def threads():
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


def in_a_thread(*calls):
    """Returns what the last call gave in a new thread."""
    results = []
    thread = threading.Thread(target=lambda: results.extend(call() for call in calls if call))
    thread.start()
    thread.join()
    return results[-1]


@pytest.mark.parametrize(("cores", "workers", "each"), [(1, 1, 1), (2, 2, 1), (3, 2, 1), (5, 2, 2)])
def test_cores_are_shared_and_given_back(threads, cores, workers, each):
    threads(cores)
    tiny = LoadedGenerator(UNetGenerator(width=2).eval(), "tiny", "0" * 64)
    with shared_cores(PreparedGenerator(tiny, device="cpu", precision="fp32")) as (count, begin):
        assert count == workers
        assert in_a_thread(begin, torch.get_num_threads) == each
        assert torch.get_num_threads() == cores
    assert in_a_thread(torch.get_num_threads) == cores


def test_a_cleaner_that_is_none_of_ours_is_called_by_one_thread():
    with shared_cores(object()) as shared:
        assert shared == (1, None)
