"""How often work says how far it is: no clock is looked at, the work waits until it was said."""

import threading

import pytest
from scenes import StandIn, ground, read, write_scene

from cloudgan_geo import callbacks, decloud
from cloudgan_geo.evaluation.scenes import compare_scenes
from cloudgan_geo.simulation.clouded_scenes import simulate_scene

# Far more than it takes: a test that fails waits so long, one that passes does not.
LONG = 60
AS_SHIPPED = callbacks.PAUSE


class WaitingStandIn(StandIn):
    """A generator whose first batch takes until something has happened."""

    def __init__(self, event):
        super().__init__(lambda batch: batch * 0.5)
        self._event = event

    def clean(self, batch):
        assert self._event.wait(LONG)
        return super().clean(batch)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(callbacks, "PAUSE", 0.01)


@pytest.fixture
def scene(tmp_path):
    return write_scene(tmp_path / "s.tif", ground(300, 100))


def test_a_second_has_two_chances():
    assert AS_SHIPPED <= 0.5


def test_it_is_said_again_while_one_batch_takes_long(scene, tmp_path):
    told, often, speaking = [], threading.Event(), threading.Lock()

    def hear(done, total):
        assert speaking.acquire(blocking=False), "called twice at a time"
        told.append((done, total))
        if told.count((0, 12)) == 5:
            often.set()
        speaking.release()

    heard = decloud(scene, tmp_path / "a.tif", model=WaitingStandIn(often), progress=hear)
    assert told.count((0, 12)) >= 5
    assert told == sorted(told)
    silent = decloud(scene, tmp_path / "b.tif", model=StandIn(lambda batch: batch * 0.5))
    assert read(heard.output).tobytes() == read(silent.output).tobytes()
    assert not [thread for thread in threading.enumerate() if thread.name == "progress"]


def test_it_is_said_after_every_batch(scene):
    told = []
    decloud(scene, model=StandIn(), batch_size=1, progress=lambda done, total: told.append(done))
    assert list(dict.fromkeys(told)) == list(range(13))


@pytest.mark.parametrize("calls", [1, 3])
def test_what_it_raises_ends_the_work(scene, tmp_path, calls):
    told, raised = [], threading.Event()

    def give_up(done, total):
        told.append(done)
        if len(told) == calls:
            raised.set()
            raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"):
        decloud(scene, model=WaitingStandIn(raised), progress=give_up)
    assert len(told) == calls
    assert [path.name for path in tmp_path.iterdir()] == ["s.tif"]


def test_others_say_from_the_start_how_much_there_is(scene, tmp_path):
    told = []

    def hear(done, total):
        told.append((done, total))

    simulate_scene(scene, tmp_path / "cloudy.tif", radiometry="dn", progress=hear)
    compare_scenes({"cloudy": tmp_path / "cloudy.tif"}, scene, radiometry="dn", progress=hear)
    assert told[0] == (0, 300)
    assert told[-1] == (300, 300)
    assert told.count((0, 300)) >= 2


def test_whoever_says_nothing_yet_is_not_repeated():
    told = []
    with callbacks.at_least_every_second(lambda done, total: told.append(done)):
        threading.Event().wait(0.05)
    assert told == []


def test_an_error_of_a_repeated_call_comes_out_at_the_end():
    told, raised = [], threading.Event()

    def give_up(done, total):
        told.append(done)
        if len(told) == 2:
            raised.set()
            raise ValueError("enough")

    def work():
        with callbacks.at_least_every_second(give_up) as tell:
            tell(1, 2)
            assert raised.wait(LONG)

    with pytest.raises(ValueError, match="enough"):
        work()
