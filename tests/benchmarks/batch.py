"""What a batch costs beside its scenes, and what more workers gain.

Usage: batch.py [--model thin] [--size 2048] [--scenes 8] [--small 200] [--loop 10]

Prints three tables. Two workers beside one, each with one thread of torch, in scenes a minute once
all have loaded their generator. A scene of a batch beside plain `decloud` with a generator that is
kept, in one process, alternating. And small scenes in a batch beside a shell that starts `decloud`
for each, of which `--loop` are measured and the rest is reckoned.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from scenes import ground, write_scene  # noqa: E402

from cloudgan_geo import defaults  # noqa: E402

ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def scenes(folder, count, size):
    """Writes scenes of noise; returns their folder."""
    folder.mkdir()
    for number in range(count):
        write_scene(folder / f"s{number:03}.tif", ground(size, size, 4, seed=number), nodata=0)
    return folder


def batch_of(listed, folder, model):
    from cloudgan_geo.batch.run import make_batch

    return make_batch([listed], folder, model=model)


def seconds_on(workers, listed, folder, model):
    """Returns how long workers of one thread take, from the first scene handed out to the last."""
    from cloudgan_geo.batch.clusters import local_cluster
    from cloudgan_geo.batch.on_dask import Dispatch, agree
    from cloudgan_geo.batch.outputs import make_folder

    batch = batch_of(listed, folder, model)
    make_folder(folder)
    with local_cluster(workers) as (client, _):
        agreement = agree(client, model, batch.options)
        # Once without being measured: every worker has then loaded and warmed up.
        warm = batch_of(listed, Path(f"{folder}-warm"), model)
        make_folder(warm.folder)
        list(Dispatch(client, agreement, batch.options, 1, print).run(warm.tasks[:workers]))
        began = time.perf_counter()
        records = list(Dispatch(client, agreement, batch.options, 1, print).run(batch.tasks))
        seconds = time.perf_counter() - began
    assert {record.status for record in records} == {"done"}
    return seconds


def workers_table(asked, folder):
    listed = scenes(folder / "scenes", asked.scenes, asked.size)
    one, two = (seconds_on(count, listed, folder / f"on{count}", asked.model) for count in (1, 2))
    rate = [60 * asked.scenes / seconds for seconds in (one, two)]
    print(f"\n{asked.scenes} scenes of {asked.size} x {asked.size}, one thread of torch a worker\n")
    print("| workers | s | scenes a minute | of one |\n|---:|---:|---:|---:|")
    for count, seconds, scenes_a_minute in zip((1, 2), (one, two), rate, strict=True):
        print(
            f"| {count} | {seconds:.1f} | {scenes_a_minute:.2f} | {scenes_a_minute / rate[0]:.2f} |"
        )


def overhead_table(asked, folder):
    """Alternates plain `decloud` and a batch of one scene, in this process with one generator."""
    from cloudgan_geo import decloud
    from cloudgan_geo.batch.agreement import settle
    from cloudgan_geo.batch.in_process import run_here
    from cloudgan_geo.batch.outputs import make_folder

    listed = scenes(folder / "one", 1, asked.size)
    batch = batch_of(listed, folder / "out", asked.model)
    make_folder(batch.folder)
    cleaner = settle(asked.model, batch.options)[1]
    plain, batched = [], []
    for turn in range(asked.turns + 1):
        began = now()
        decloud(listed / "s000.tif", folder / "plain.tif", model=cleaner, overwrite=True)
        middle = now()
        # Listing, naming and looking for what is in the way belong to it.
        again = batch_of(listed, folder / f"out{turn}", asked.model)
        make_folder(again.folder)
        list(run_here(again.tasks, cleaner))
        end = now()
        if turn:  # The first one is slower.
            plain.append([second - first for first, second in zip(began, middle, strict=True)])
            batched.append([second - first for first, second in zip(middle, end, strict=True)])
    print(f"\nOne scene of {asked.size} x {asked.size}, generator kept, best of {asked.turns}\n")
    print("| | s | of decloud | processor s | of decloud |\n|---|---:|---:|---:|---:|")
    least = [[min(times) for times in zip(*runs, strict=True)] for runs in (plain, batched)]
    for name, (wall, processor) in zip(("decloud", "batch"), least, strict=True):
        shares = wall / least[0][0], processor / least[0][1]
        print(f"| {name} | {wall:.2f} | {shares[0]:.3f} | {processor:.2f} | {shares[1]:.3f} |")


def now():
    """Returns the time and what this process has taken of processors."""
    return time.perf_counter(), time.process_time()


def small_table(asked, folder):
    listed = scenes(folder / "small", asked.small, asked.small_size)
    program = [sys.executable, "-m", "cloudgan_geo"]
    model = ["--model", asked.model]

    def seconds(*command):
        began = time.perf_counter()
        subprocess.run([*program, *map(str, command), *model, "-q"], check=True)
        return time.perf_counter() - began

    batched = seconds("batch", listed, "--out-dir", folder / "b", "--jobs", 1)
    looped = sum(
        seconds("decloud", path, "-o", folder / path.name)
        for path in sorted(listed.iterdir())[: asked.loop]
    )
    whole = looped / asked.loop * asked.small
    size = f"{asked.small_size} x {asked.small_size}"
    print(f"\n{asked.small} scenes of {size}; {asked.loop} of the loop were measured\n")
    print("| | s | of the batch |\n|---|---:|---:|")
    print(f"| batch, one process | {batched:.1f} | 1.0 |")
    print(f"| shell loop of decloud | {whole:.1f} | {whole / batched:.1f} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default=defaults.MODEL)
    parser.add_argument("--size", type=int, default=2048)
    parser.add_argument("--scenes", type=int, default=8)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--small", type=int, default=200)
    parser.add_argument("--small-size", type=int, default=128)
    parser.add_argument("--loop", type=int, default=10)
    parser.add_argument("--tables", default="workers,overhead,small")
    asked = parser.parse_args()
    tables = {"workers": workers_table, "overhead": overhead_table, "small": small_table}
    for name in asked.tables.split(","):
        with tempfile.TemporaryDirectory() as folder:
            tables[name](asked, Path(folder))


if __name__ == "__main__":
    os.environ.update(ONE_THREAD)
    main()
