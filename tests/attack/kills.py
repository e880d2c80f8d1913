"""Ends runs by signals at random moments and looks at what is left.

Usage: kills.py FOLDER [--cases N] [--seed N] [--signals KILL,TERM,INT,HUP] [--set plain,layers,...]
Prints one line for each case that did not end as it must, then a table, and exits with 1 if there
was any. A case is a function of the seed and its number, but for the moment at which the machine
gets to it.
"""

import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import rasterio

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from scenes import ground, write_scene  # noqa: E402

#: Seconds that a signal may take to end a run.
PATIENCE = 2.0
LAYERS = ("opacity", "qa", "error")
KINDS = {
    "plain": [],
    "layers": [part for name in LAYERS for part in (f"--{name}", f"{name}.tif")],
    "lzma": ["--co", "COMPRESS=LZMA", "--co", "LZMA_PRESET=9"],
    "cog": ["--cog", "--co", "COMPRESS=DEFLATE", "--co", "LEVEL=9"],
}
KINDS["layers"] += ["--report", "run.json"]


def prepare(folder, size=700):
    """Writes a scene and the weights of a generator that is quick."""
    import torch

    from cloudgan_geo.networks.checkpoint import save_generator
    from cloudgan_geo.networks.thin import ThinGenerator

    torch.manual_seed(0)
    network = ThinGenerator(width=2)
    torch.nn.init.normal_(network.output.weight, std=20)
    save_generator(network, folder / "model.safetensors", {"name": "tiny"})
    write_scene(folder / "s.tif", ground(size, size, 4), nodata=0)


def start(folder, kind):
    """Starts a run that overwrites what is there."""
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "cloudgan_geo", "decloud", "s.tif", "-o", "o.tif", "-q"),
            *("--model", "model.safetensors", "--precision", "fp32", "--overwrite"),
            *KINDS[kind],
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


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


def verdict(folder, number, kind, old, seconds, lasts):
    """Runs a case; returns what is wrong with how it ended, what it was, and how long it took."""
    for name in KNOWN - {"s.tif", "model.safetensors"}:
        (folder / name).unlink(missing_ok=True)
    for name in names(kind):
        if old:
            (folder / name).write_text(f"old {name}")
    before = hashes(folder, kind)
    inputs = {name: (folder / name).read_bytes() for name in ("s.tif", "model.safetensors")}
    began = time.time() - 0.01
    process = start(folder, kind)
    time.sleep(seconds)
    was_over = process.poll() is not None
    process.send_signal(number)
    sent = time.monotonic()
    try:
        _, errors = process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return "did not end", "hang", 20.0
    took = time.monotonic() - sent
    wrong = []
    code = process.returncode
    if any((folder / name).read_bytes() != content for name, content in inputs.items()):
        wrong.append("an input changed")
    after = hashes(folder, kind)
    same, new = after == before, is_new_safely(folder, kind, began)
    left = sorted(path.name for path in folder.iterdir() if path.name not in KNOWN)
    if number == signal.SIGKILL:
        if after["o.tif"] not in (None, before["o.tif"]) and not new:
            wrong.append("a wrong scene stands under its name")
        wrong.extend(after_kill(folder, kind, before, began, left))
    elif code == 0:
        wrong.extend([] if new else ["exit 0 without all files"])
    elif code not in (128 + number, -number):
        wrong.append(f"exit {code}")
    elif not same and (not new or "nothing was written" in errors):
        wrong.append("neither the old files nor all new ones, or an untrue word about them")
    if number != signal.SIGKILL:
        wrong.extend([f"left {left}"] if left else [])
        # What comes when all is done may find nobody to say anything.
        if code == 128 + number and len(errors.splitlines()) != 1:
            wrong.append(f"said {errors!r}")
        # The system ends what has not come to handle signals yet.
        if not was_over and took > PATIENCE:
            wrong.append(f"took {took:.1f} s to end")
        if code in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS):
            wrong.append("crashed")
    kind_of_end = "over before" if was_over or code == 0 else "ended by it"
    return "; ".join(wrong), kind_of_end, 0.0 if was_over else took


KNOWN = {"s.tif", "model.safetensors", "o.tif", "run.json", *(f"{name}.tif" for name in LAYERS)}
# The names of the quality classes.
KNOWN |= {"qa.tif.aux.xml"}


def is_new_safely(folder, kind, began):
    """The same as `is_new`, for files that may be no rasters."""
    try:
        return is_new(folder, kind, began)
    except (rasterio.errors.RasterioError, ValueError):
        return False


def after_kill(folder, kind, before, began, left):
    """Has another run clear what a killed one left; returns what it did not."""
    if not left:
        return
    options = [] if kind == "layers" else KINDS[kind]
    run = subprocess.run(
        [
            *(sys.executable, "-m", "cloudgan_geo", "decloud", "s.tif", "-o", "o.tif", "-q"),
            *("--model", "model.safetensors", "--precision", "fp32", "--overwrite"),
            *(KINDS["layers"] if kind == "layers" else options),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        yield f"the next run failed: {run.stderr.strip()}"
    still = sorted(path.name for path in folder.iterdir() if path.name not in KNOWN)
    if still:
        yield f"the next run left {still}"


def run_cases(folder, cases, seed, signals, kinds):
    """Runs cases; returns the lines of those that ended badly, and counts."""
    prepare(folder)
    lasts = {}
    for kind in kinds:
        began = time.monotonic()
        process = start(folder, kind)
        process.communicate()
        assert process.returncode == 0
        lasts[kind] = time.monotonic() - began
    lines, counts, longest = [], Counter(), Counter()
    for case in range(cases):
        rng = random.Random(f"{seed} {case}")
        number, kind = rng.choice(signals), rng.choice(kinds)
        # Late moments more often: this is where files are written and renamed.
        seconds = lasts[kind] * (1 - rng.random() ** 2 * 0.9)
        wrong, end, took = verdict(folder, number, kind, rng.random() < 0.5, seconds, lasts)
        counts[number.name, kind, end] += 1
        longest[number.name] = max(longest[number.name], took)
        if wrong:
            lines.append(f"case {case}: {number.name} {kind} after {seconds:.2f} s: {wrong}")
            print(lines[-1], flush=True)
            for path in list(folder.iterdir()):
                if path.name not in KNOWN:
                    subprocess.run(["rm", "-rf", str(path)], check=False)
    return lines, counts, longest


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
    asked.folder.mkdir(parents=True, exist_ok=True)
    lines, counts, longest = run_cases(
        asked.folder, asked.cases, asked.seed, signals, asked.set.split(",")
    )
    for (name, kind, end), count in sorted(counts.items()):
        print(f"{name:8} {kind:8} {end:12} {count}")
    for name, took in sorted(longest.items()):
        print(f"{name:8} longest {took:.2f} s")
    print(f"{asked.cases} cases, {len(lines)} wrong")
    sys.exit(bool(lines))


if __name__ == "__main__":
    main()
