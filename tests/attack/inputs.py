"""Tries damaged inputs in process, and says how each ended.

Usage: inputs.py [--kinds tiff,tags,...] [--cases N] [--first N]. Prints a line for each case that
did not end as it must, then a table in markdown, and exits with 1 if there was any; Ctrl-C prints
the table of what was tried so far. A case must end in a result that is right, or in one of our
own errors, one line long, with nothing left behind. Each kind runs in a process of its own, which
is started again if it crashes or hangs.
"""

import argparse
import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(Path(__file__).parent)]

import numpy as np  # noqa: E402
import rasterio  # noqa: E402
from mutants import KINDS  # noqa: E402
from scenes import StandIn, ground, write_scene  # noqa: E402

from cloudgan_geo.correction.blended import check_finite  # noqa: E402
from cloudgan_geo.correction.pipeline import decloud  # noqa: E402
from cloudgan_geo.errors import CloudganError  # noqa: E402
from cloudgan_geo.raster.reading.area import area_of_interest  # noqa: E402
from cloudgan_geo.raster.reading.opening import open_scene  # noqa: E402

#: Seconds and bytes that a case may take.
PATIENCE, MEMORY = 20, 2 * 2**30
ENDS = ("refused in words", "corrected", "wrong output", "exception", "crash", "hang", "memory")


def scene(path, output, rng):
    """Declouds a scene; returns what is wrong with the output."""
    darker = rng.random() < 0.5
    change = (lambda batch: batch * np.float32(0.5)) if darker else (lambda batch: batch)
    profile = str(rng.choice(["auto", "auto", "dn", "dn", "tci", "reflectance"]))
    bands = (1, 2, 3) if rng.random() < 0.9 or path.suffix == ".tif" else None
    result = decloud(path, output, model=StandIn(change), radiometry=profile, bands=bands)
    if path.suffix in (".zip", ".SAFE"):
        with rasterio.open(output) as after:
            after.read()
        return ""
    with rasterio.open(path) as before, rasterio.open(output) as after:
        old, new = before.read(), after.read()
        if old.shape != new.shape or old.dtype != new.dtype:
            return f"is {new.shape} {new.dtype} and was {old.shape} {old.dtype}"
        if not (before.read_masks() == after.read_masks()).all():
            changed = int((before.read_masks() != after.read_masks()).sum())
            return f"is valid elsewhere than the scene, at {changed} values"
        kept = slice(None) if not darker else [b for b in range(len(old)) if b + 1 not in
                                              result.bands]  # fmt: skip
        same = (old == new) | ((old != old) & (new != new))
        if not same[kept].all():
            return f"has other values in {int((~same[kept]).sum())} places"
    return ""


def area(path, output, rng, opened=[]):  # noqa: B006
    """Reads an area over a scene."""
    if not opened:
        opened.append(open_scene(write_scene(output.with_name("ground.tif"), ground(40, 50)),
                                 bands=(1, 2, 3)))  # fmt: skip
    found = area_of_interest(opened[0], path)
    return "" if found.inside(0, 40).any() else "holds no pixel"


def weights(path, output, rng):
    """Loads a generator and runs it."""
    from cloudgan_geo.networks.checkpoint import read_generator
    from cloudgan_geo.networks.inference import PreparedGenerator

    generator = PreparedGenerator(read_generator(path), device="cpu", precision="fp32")
    batch = rng.random((1, 3, 64, 64), np.float32)
    view = rng.random((1, 10, 40, 40), np.float32) if generator.estimates else None
    cleaned = generator.clean(batch, view)
    for part in cleaned.parts:
        # As of every correction in `decloud`.
        check_finite(part)
    if cleaned.error is not None and not (cleaned.error >= 0).all():
        return "expects errors below 0"
    return ""


def peak():
    """Returns the most memory that was in use since it was asked last, in bytes."""
    with open("/proc/self/status") as status:
        most = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    Path("/proc/self/clear_refs").write_text("5")
    return most * 1024


def verdict(task, make, folder, case):
    """Runs one case; returns how it ended and what is wrong with that."""
    rng = np.random.default_rng(case)
    output = folder / "output.tif"
    signal.alarm(PATIENCE)
    try:
        path = make(rng, folder / "case")
        wrong = {"scene": scene, "area": area, "weights": weights}[task](path, output, rng)
    except CloudganError as error:
        left = [each.name for each in folder.iterdir() if "output" in each.name]
        if "\n" in str(error) or not str(error) or left:
            return "exception", f"says {error!r}, leaves {left}"
        return "refused in words", ""
    except TimeoutError:
        return "hang", "takes too long"
    except Exception as error:
        return "exception", f"raises {type(error).__name__}: {error}"
    finally:
        signal.alarm(0)
        output.unlink(missing_ok=True)
    return ("wrong output", wrong) if wrong else ("corrected", "")


def work(kind, folder, first, stop):
    """Runs cases one after another and prints how each ended."""
    resource.setrlimit(resource.RLIMIT_AS, (8 * 2**30, 8 * 2**30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")

    def too_long(number, frame):
        raise TimeoutError

    signal.signal(signal.SIGALRM, too_long)
    task, prepare = KINDS[kind]
    make = prepare(folder)
    for case in range(first, stop):
        print(json.dumps({"begins": case}), flush=True)
        end, wrong = verdict(task, make, folder, case)
        most = peak()
        if most > MEMORY:
            end, wrong = "memory", f"takes {most:,} bytes"
        print(json.dumps({"case": case, "end": end, "wrong": wrong}), flush=True)


def run(kind, first, stop, counts):
    """Runs the cases of a kind; counts how they ended, and prints what was wrong."""
    case = first
    while case < stop:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            process = subprocess.Popen(
                [sys.executable, __file__, "--work", kind, folder, str(case), str(stop)],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
                text=True,
            )
            hung = watch(process)
            case = follow(process, kind, counts, case)
            if case < stop:
                end = "hang" if hung() else "crash"
                counts[end] += 1
                print(f"{kind} {case}: {end} ({process.returncode})", flush=True)
                case += 1


def watch(process):
    """Kills a process that says nothing for longer than a case may take."""
    import threading

    state = {"last": time.monotonic(), "hung": False}
    process.state = state

    def look():
        while process.poll() is None:
            if time.monotonic() - state["last"] > 3 * PATIENCE:
                state["hung"] = True
                process.kill()
            time.sleep(1)

    threading.Thread(target=look, daemon=True).start()
    return lambda: state["hung"]


def follow(process, kind, counts, case):
    """Counts what a process says; returns the case that it did not end."""
    for line in process.stdout:
        process.state["last"] = time.monotonic()
        told = json.loads(line)
        if "end" not in told:
            continue
        counts[told["end"]] += 1
        case = told["case"] + 1
        if told["wrong"]:
            print(f"{kind} {told['case']}: {told['end']}: {told['wrong']}", flush=True)
    process.wait()
    return case


def main():
    if sys.argv[1:2] == ["--work"]:
        kind, folder, first, stop = sys.argv[2:]
        work(kind, Path(folder), int(first), int(stop))
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    found = {}
    with contextlib.suppress(KeyboardInterrupt):
        for kind in asked.kinds.split(","):
            run(kind, asked.first, asked.first + asked.cases, found.setdefault(kind, Counter()))
    print(f"\n| kind | cases | {' | '.join(ENDS)} |\n|---|{'---|' * (len(ENDS) + 1)}")
    for kind, counts in found.items():
        numbers = " | ".join(f"{counts[end]:,}" for end in ENDS)
        print(f"| {kind} | {sum(counts.values()):,} | {numbers} |")
    sys.exit(any(counts[end] for counts in found.values() for end in ENDS[2:]))


if __name__ == "__main__":
    main()
