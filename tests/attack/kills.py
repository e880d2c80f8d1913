"""Ends runs by signals at random moments and looks at what is left.

Usage: kills.py FOLDER [--cases N] [--seed N] [--signals KILL,TERM,INT,HUP] [--set plain,layers,...]
Prints one line for each case that did not end as it must, then tables, and exits with 1 if there
was any; Ctrl-C prints the tables of what was tried so far. A case is a function of the seed and
its number, but for the moment at which the machine gets to it. One in twenty is a program of its
own; the others are forks of one that has imported all it needs and loaded the generator, and do
the rest from its command line to its end.
"""

import argparse
import contextlib
import gc
import hashlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
os.environ["OMP_NUM_THREADS"] = "1"

import rasterio  # noqa: E402
import torch  # noqa: E402
from scenes import ground, write_scene  # noqa: E402

# What forks use; nothing starts a thread here, which they would lack.
import cloudgan_geo.cli.decloud  # noqa: E402, F401
from cloudgan_geo.cli.main import main as program  # noqa: E402
from cloudgan_geo.correction import pipeline  # noqa: E402
from cloudgan_geo.networks.checkpoint import read_generator, save_generator  # noqa: E402
from cloudgan_geo.networks.inference import PreparedGenerator  # noqa: E402
from cloudgan_geo.networks.thin import ThinGenerator  # noqa: E402

#: Seconds that a signal may take to end a run, and after which it hangs.
PATIENCE, HANG = 2.0, 20.0
WHOLE = 0.05
#: Cases after which runs are timed again: what else the machine does changes.
TIMED = 50
LAYERS = ("opacity", "qa", "error")
# Small blocks: more runs can be ended in the same time.
BLOCKS = ["--co", "BLOCKXSIZE=128", "--co", "BLOCKYSIZE=128"]
KINDS = {
    "plain": BLOCKS,
    "layers": [part for name in LAYERS for part in (f"--{name}", f"{name}.tif")],
    "lzma": [*BLOCKS, "--co", "COMPRESS=LZMA", "--co", "LZMA_PRESET=9"],
    "cog": ["--cog", "--co", "BLOCKSIZE=128", "--co", "COMPRESS=DEFLATE", "--co", "LEVEL=9"],
}
KINDS["layers"] += ["--report", "run.json"]
KINDS["threads"] = [*KINDS["lzma"], "--co", "NUM_THREADS=2"]
INPUTS = {"s.tif", "model.safetensors"}
# The last are the names of the quality classes.
KNOWN = {*INPUTS, "o.tif", "run.json", *(f"{name}.tif" for name in LAYERS), "qa.tif.aux.xml"}


def prepare(folder, size=150):
    """Writes a scene and the weights of a generator that is quick; has forks know it."""
    torch.manual_seed(0)
    network = ThinGenerator(width=2)
    torch.nn.init.normal_(network.output.weight, std=20)
    save_generator(network, folder / "model.safetensors", {"name": "tiny"})
    write_scene(folder / "s.tif", ground(size, size, 4), nodata=0)
    ready = PreparedGenerator(read_generator(folder / "model.safetensors"), precision="fp32")
    pipeline.ready = lambda model, options: ready
    gc.freeze()


def forked(work):
    """Starts a fork of this process that does some work and ends; returns its number."""
    sys.stdout.flush()
    child = os.fork()
    if not child:
        work()
        sys.exit()
    return child


class Run:
    """A run that overwrites what is there.

    Attributes:
        end: Its exit code, below 0 the number of the signal that ended it; None until then.
        said: What it said.
        processor: Seconds of a processor that it took.
    """

    def __init__(self, folder, kind, whole):
        self._said = tempfile.TemporaryFile()  # noqa: SIM115
        command = ["decloud", "s.tif", "-o", "o.tif", "-q", "--overwrite"]
        command += ["--model", "model.safetensors", "--precision", "fp32", *KINDS[kind]]

        def work():
            os.chdir(folder)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            for number in (1, 2):
                os.dup2(self._said.fileno(), number)
            if whole:
                environment = {**os.environ, "PYTHONPATH": str(ROOT)}
                arguments = [sys.executable, "-m", "cloudgan_geo", *command]
                os.execve(sys.executable, arguments, environment)
            program(command, prog_name="cloudgan-geo")

        self.end, self.processor = None, 0.0
        self._child = forked(work)

    def wait(self, seconds):
        """Waits for it to end, for so long at most; tells whether it has."""
        until = time.monotonic() + seconds
        while self.end is None:
            child, status, used = os.wait4(self._child, os.WNOHANG)
            if child:
                self.end = os.waitstatus_to_exitcode(status)
                self.processor = used.ru_utime + used.ru_stime
            elif (left := until - time.monotonic()) <= 0:
                return False
            else:
                time.sleep(min(left, 0.005))
        return True

    def send(self, number):
        """Sends a signal; returns the seconds of a processor that it had taken until then."""
        after_name = Path(f"/proc/{self._child}/stat").read_text().rpartition(")")[2].split()
        os.kill(self._child, number)
        return sum(map(int, after_name[11:13])) / os.sysconf("SC_CLK_TCK")

    @property
    def said(self):
        self._said.seek(0)
        return self._said.read().decode(errors="replace")


def names(kind):
    """Returns the files that a run of a kind writes."""
    more = [*(f"{name}.tif" for name in LAYERS), "run.json"] if kind == "layers" else []
    return ["o.tif", *more]


def hashes(folder, kind):
    """Returns what is in each file, or None where there is none."""
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        if (folder / name).exists()
        else None
        for name in names(kind)
    }


def is_new(folder, kind, began):
    """Tells whether all files of a set are complete and of the run that began then."""
    with contextlib.suppress(rasterio.errors.RasterioError, ValueError):
        for name in names(kind):
            path = folder / name
            if not path.exists() or path.stat().st_mtime < began:
                return False
            if path.suffix == ".json":
                json.loads(path.read_text())
                continue
            with rasterio.open(path) as dataset:
                dataset.read()
        return True
    return False


@dataclass
class Verdict:
    """How a case ended.

    Attributes:
        wrong: What was wrong with that.
        by_signal: Whether the signal ended it.
        took: Seconds from then to its end,
        processor: and those of a processor.
    """

    wrong: list
    by_signal: bool
    took: float = 0.0
    processor: float = 0.0


def verdict(folder, number, kind, old, whole, seconds):
    """Runs a case."""
    for name in KNOWN - INPUTS:
        (folder / name).unlink(missing_ok=True)
    for name in names(kind):
        if old:
            (folder / name).write_text(f"old {name}")
    before = hashes(folder, kind)
    inputs = {name: (folder / name).read_bytes() for name in INPUTS}
    began = time.time() - 0.01
    run = Run(folder, kind, whole)
    was_over = run.wait(seconds)
    used, sent = 0.0 if was_over else run.send(number), time.monotonic()
    if not run.wait(HANG):
        run.send(signal.SIGKILL)
        run.wait(HANG)
        return Verdict(["did not end"], True, HANG)
    took, code = time.monotonic() - sent, run.end
    wrong = []
    if any((folder / name).read_bytes() != content for name, content in inputs.items()):
        wrong.append("an input changed")
    after = hashes(folder, kind)
    same, new = after == before, is_new(folder, kind, began)
    left = sorted(path.name for path in folder.iterdir() if path.name not in KNOWN)
    if number == signal.SIGKILL:
        if after["o.tif"] not in (None, before["o.tif"]) and not new:
            wrong.append("a wrong scene stands under its name")
        wrong.extend(after_kill(folder, kind, before, began, left))
    elif code == 0:
        wrong.extend([] if new else ["exit 0 without all files"])
    elif code not in (128 + number, -number):
        wrong.append(f"exit {code}")
    elif not same and (not new or "nothing was written" in run.said):
        wrong.append("neither the old files nor all new ones, or an untrue word about them")
    if number != signal.SIGKILL:
        wrong.extend([f"left {left}"] if left else [])
        # What comes when all is done may find nobody to say anything.
        if code == 128 + number and len(run.said.splitlines()) != 1:
            wrong.append(f"said {run.said!r}")
        if "Traceback" in run.said or "Exception" in run.said:
            wrong.append(f"said {run.said!r}")
        if code in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS):
            wrong.append("crashed")
        if not was_over and took > PATIENCE:
            spent = run.processor - used
            wrong.append(f"took {spent:.1f} s of a processor, {took:.1f} s to end")
    if was_over or code == 0:
        return Verdict(wrong, False)
    return Verdict(wrong, True, took, run.processor - used)


def after_kill(folder, kind, before, began, left):
    """Has another run clear what a killed one left; returns what it did not."""
    if not left:
        return
    run = Run(folder, kind, whole=False)
    if not run.wait(10 * HANG):
        run.send(signal.SIGKILL)
        run.wait(HANG)
    if run.end:
        yield f"the next run failed: {run.said.strip()}"
    still = sorted(path.name for path in folder.iterdir() if path.name not in KNOWN)
    if still:
        yield f"the next run left {still}"


def durations(folder, kinds):
    """Returns the seconds that a run of each kind takes, whole or not."""

    def seconds(kind, whole):
        began = time.monotonic()
        run = Run(folder, kind, whole)
        run.wait(600)
        assert run.end == 0, run.said
        return time.monotonic() - began

    more = seconds("plain", True)
    lasts = {(kind, False): seconds(kind, False) for kind in kinds}
    return lasts | {(kind, True): more + last for (kind, _), last in lasts.items()}


def run_cases(folder, cases, seed, signals, kinds):
    """Runs cases; returns the lines of those that ended badly, and the verdicts by kind."""
    prepare(folder)
    lines, verdicts = [], defaultdict(list)
    with contextlib.suppress(KeyboardInterrupt):
        for case in range(cases):
            if case % TIMED == 0:
                lasts = durations(folder, kinds)
            rng = random.Random(f"{seed} {case}")
            number, kind, whole = rng.choice(signals), rng.choice(kinds), rng.random() < WHOLE
            # Late moments more often: this is where files are written and renamed.
            seconds = lasts[kind, whole] * (1 - rng.random() ** 2 * 0.9)
            ended = verdict(folder, number, kind, rng.random() < 0.5, whole, seconds)
            verdicts[number.name, kind, "whole" if whole else "forked"].append(ended)
            if ended.wrong:
                what = f"{number.name} {kind}{' whole' if whole else ''} after {seconds:.2f} s"
                lines.append(f"case {case}: {what}: {'; '.join(ended.wrong)}")
                print(lines[-1], flush=True)
                for path in list(folder.iterdir()):
                    if path.name not in KNOWN:
                        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return lines, verdicts


def table(verdicts, part):
    """Prints what came of the cases of each signal, kind or start."""
    groups = defaultdict(list)
    for key, several in verdicts.items():
        groups[key[part]] += several
    for name, several in sorted(groups.items()):
        ended = [each for each in several if each.by_signal]
        late = Counter(each.took > PATIENCE for each in ended)[True]
        longest = max((each.took for each in ended), default=0.0)
        most = max((each.processor for each in ended), default=0.0)
        print(f"{name:8} {len(several):5} cases, {len(ended):5} ended by it, ", end="")
        print(f"{late:3} after more than {PATIENCE:.0f} s; ", end="")
        print(f"longest {longest:.2f} s, most {most:.2f} s of a processor")


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cases", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--signals", default="KILL,TERM,INT,HUP")
    parser.add_argument("--set", default=",".join(KINDS))
    asked = parser.parse_args()
    signals = [getattr(signal, f"SIG{name}") for name in asked.signals.split(",")]
    # As of what a shell starts with `&`: nothing could be said of Ctrl-C.
    assert signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
    folder = asked.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    lines, verdicts = run_cases(folder, asked.cases, asked.seed, signals, asked.set.split(","))
    for part in range(3):
        table(verdicts, part)
    print(f"{sum(map(len, verdicts.values()))} cases, {len(lines)} wrong")
    sys.exit(bool(lines))


if __name__ == "__main__":
    main()
