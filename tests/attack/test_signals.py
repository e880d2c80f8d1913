"""Runs that are ended by signals: a sample of `kills.py` with a fixed seed."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from scenes import ground, write_scene

from cloudgan_geo.interrupts import Stopped, StopRequest, shielded

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="other signals here")


def ends(tmp_path, cases, *options):
    """Runs the rig; checks that every case ended as it must."""
    run = subprocess.run(
        [sys.executable, "kills.py", str(tmp_path / "k"), "--cases", str(cases), *options],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
    )
    *lines, last = run.stdout.splitlines()
    assert last.startswith(f"{cases} cases, "), run.stdout + run.stderr
    wrong = [line for line in lines if line.startswith("case ")]
    # Time is the machine's: make attack judges it.
    assert [line for line in wrong if not line.endswith("s to end")] == []


@pytest.mark.slow
def test_a_sample(tmp_path):
    ends(tmp_path, 20)


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


def test_work_that_must_not_be_cut_is_always_waited_for():
    ended = []

    def work():
        for _ in range(3):
            signal.raise_signal(signal.SIGINT)
            time.sleep(0.2)
        ended.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        shielded(work)
    assert ended == ["all of it"]


def test_a_signal_after_the_commit_says_that_files_are_complete(tmp_path):
    code = "import os, signal, sys\n"
    code += "from cloudgan_geo.cli import decloud, main\n"
    code += "from cloudgan_geo.raster.writing.output import COMPLETED\n"
    code += "def ends(*given, **named):\n"
    code += "    COMPLETED.append('o.tif')\n"
    code += "    os.kill(os.getpid(), signal.SIGTERM)\n"
    code += "decloud.decloud.callback = ends\n"
    code += "main.main(['decloud', 's.tif'])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 128 + signal.SIGTERM
    assert run.stderr == "Terminated; complete already: o.tif.\n"


def test_a_signal_just_after_the_lock_was_made_leaves_nothing(tmp_path):
    write_scene(tmp_path / "s.tif", ground(70, 70))
    code = "import os, signal, threading\n"
    code += "from cloudgan_geo.cli import main\n"
    code += "from cloudgan_geo.raster.writing.output import AtomicOutput\n"
    code += "check = AtomicOutput._check\n"
    code += "def hanging(self):\n"
    code += "    check(self)\n"
    code += "    if os.path.exists('.s_decloud.tif.lock'):\n"
    code += "        os.kill(os.getpid(), signal.SIGTERM)\n"
    code += "        threading.Event().wait()\n"
    code += "AtomicOutput._check = hanging\n"
    code += "main.main(['decloud', 's.tif', '--radiometry', 'dn'])"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 128 + signal.SIGTERM
    assert run.stderr == "Terminated; nothing was written.\n"
    assert os.listdir(tmp_path) == ["s.tif"]


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
