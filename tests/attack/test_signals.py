"""Runs that are ended by signals: a sample of `kills.py` with a fixed seed."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from kills import KINDS, run_cases

from cloudgan_geo.interrupts import Stopped, StopRequest, shielded

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="other signals here")


def ends(tmp_path, cases, names, kinds):
    signals = [getattr(signal, f"SIG{name}") for name in names]
    lines, *_ = run_cases(tmp_path, cases, 0, signals, list(kinds))
    # Time is the machine's: kills.py judges it.
    assert [line for line in lines if not line.endswith("s to end")] == []


def test_signals_leave_all_or_nothing(tmp_path):
    ends(tmp_path, 4, ("TERM", "INT", "HUP"), ("layers",))


def test_kills_leave_no_wrong_file(tmp_path):
    ends(tmp_path, 3, ("KILL",), ("layers",))


@pytest.mark.slow
def test_a_longer_sample(tmp_path):
    ends(tmp_path, 20, ("KILL", "TERM", "INT", "HUP"), KINDS)


def test_work_is_told_to_stop_and_waited_for():
    stop, ended = StopRequest(), []

    def work():
        signal.raise_signal(signal.SIGINT)
        try:
            while True:
                time.sleep(0.01)
                stop.check()
        except Stopped:
            time.sleep(0.1)
            ended.append(threading.current_thread())
            raise

    with pytest.raises(KeyboardInterrupt):
        shielded(work, stop)
    assert ended != [threading.main_thread()]
    assert len(ended) == 1


def test_what_comes_too_late_says_what_was_done():
    def work():
        signal.raise_signal(signal.SIGINT)
        time.sleep(0.2)
        return "result"

    with pytest.raises(KeyboardInterrupt) as raised:
        shielded(work)
    assert raised.value.args == ("result",)


def test_ignored_signals_stay_ignored(tmp_path):
    code = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    code += "from cloudgan_geo.cli.main import main\n"
    code += "from cloudgan_geo.cli.signals import Ending\n"
    code += "import os, click\n"
    code += "with Ending(click.Context(main)).on_signals():\n"
    code += "    os.kill(os.getpid(), signal.SIGHUP)\n"
    code += "print('alive')"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout == "alive\n", run.stderr
    assert os.listdir(tmp_path) == []
