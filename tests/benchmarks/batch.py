"""What a batch costs beside its scenes, and what more workers gain.

Usage: batch.py [--tables workers,overhead,small,queue,costs] [--model thin] [--size 2048] ...

workers: two workers beside one, each with one thread of torch, in scenes a minute once all have
loaded their generator. overhead: a scene of a batch beside plain `decloud` with a generator that is
kept, in one process. small: small scenes in a batch beside a shell that starts `decloud` for each,
of which `--loop` are measured and the rest is reckoned. queue: memory of client and scheduler with
`--queue` scenes listed, after the first and after `--done` of them. costs: processor seconds and
bytes of the parts of a scene, and what `--tiles` whole tiles would need by them.

What is compared takes turns, and medians of `--turns` are printed.
"""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

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
    times = {1: [], 2: []}
    for turn in range(asked.turns):
        for count, seconds in times.items():
            seconds.append(seconds_on(count, listed, folder / f"on{count}-{turn}", asked.model))
    one, two = map(median, times.values())
    ratios = [first / second for first, second in zip(*times.values(), strict=True)]
    rate = [60 * asked.scenes / seconds for seconds in (one, two)]
    print(f"\n{asked.scenes} scenes of {asked.size} x {asked.size}, one thread of torch a worker\n")
    print("| workers | s | scenes a minute | of one |\n|---:|---:|---:|---:|")
    for count, seconds, scenes_a_minute in zip((1, 2), (one, two), rate, strict=True):
        print(
            f"| {count} | {seconds:.1f} | {scenes_a_minute:.2f} | {scenes_a_minute / rate[0]:.2f} |"
        )
    print(f"\nturn by turn: {', '.join(f'{ratio:.2f}' for ratio in ratios)}", flush=True)


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
    print(f"\nOne scene of {asked.size} x {asked.size}, generator kept, median of {asked.turns}\n")
    print("| | s | of decloud | processor s | of decloud |\n|---|---:|---:|---:|---:|")
    middle = [[median(times) for times in zip(*runs, strict=True)] for runs in (plain, batched)]
    for name, (wall, processor) in zip(("decloud", "batch"), middle, strict=True):
        shares = wall / middle[0][0], processor / middle[0][1]
        print(f"| {name} | {wall:.2f} | {shares[0]:.3f} | {processor:.2f} | {shares[1]:.3f} |")
    sys.stdout.flush()


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
    print(f"| shell loop of decloud | {whole:.1f} | {whole / batched:.1f} |", flush=True)


def memory(process):
    """Returns the memory of a process now and at most, in MB."""
    text = Path(f"/proc/{process.pid}/status").read_text()
    return [int(re.search(rf"{name}:\s+(\d+)", text)[1]) / 1024 for name in ("VmRSS", "VmHWM")]


def queue_table(asked, folder):
    """Runs the program on a cluster of one worker, and interrupts it."""
    print(f"\nMemory in MB; a scene is 64 x 64, one worker, interrupted after {asked.done}\n")
    print("| scenes listed | done | client | at most | scheduler | at most | after s |")
    print("|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    for count in (asked.done + 10, asked.queue):
        with tempfile.TemporaryDirectory(dir=folder) as place:
            measure_queue(asked, Path(place), count)


def measure_queue(asked, folder, count):
    (one,) = scenes(folder / "one", 1, 64).iterdir()
    (folder / "in").mkdir()
    for number in range(count):
        os.link(one, folder / f"in/s{number:05}.tif")
    cluster = folder / "scheduler.json"
    shared = ["--no-dashboard", "--scheduler-file", cluster, "--host", "127.0.0.1"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}

    def start(module, *arguments):
        return subprocess.Popen([sys.executable, "-m", module, *map(str, arguments)], **quiet)

    scheduler = start("distributed.cli.dask_scheduler", *shared, "--port", 0)
    worker = start("distributed.cli.dask_worker", *shared, "--nthreads", 1, "--no-nanny")
    while not cluster.exists() or not cluster.read_text().strip().endswith("}"):
        time.sleep(0.1)
    address = json.loads(cluster.read_text())["address"]
    began = time.perf_counter()
    batch = ("batch", folder / "in", "--out-dir", folder / "out", "--scheduler", address)
    client = start("cloudgan_geo", *batch, "--model", asked.model)
    try:
        for done in (1, asked.done):
            while len(list((folder / "out").glob("*_decloud.tif"))) < done:
                assert client.poll() is None
                time.sleep(0.05)
            taken = time.perf_counter() - began
            figures = [*memory(client), *memory(scheduler)]
            shown = " | ".join(f"{figure:.0f}" for figure in figures)
            print(f"| {count:,} | {done} | {shown} | {taken:.1f} |", flush=True)
        client.send_signal(signal.SIGINT)
        client.wait(120)
    finally:
        for process in (client, worker, scheduler):
            process.kill()
            process.wait()


#: Rows, and columns, of a whole tile.
TILE = 10980


def costs_table(asked, folder):
    """Measures the parts of a scene alone, by what they take of a processor."""
    import rasterio.shutil
    from synthetic import write_synthetic_scene

    from cloudgan_geo import decloud
    from cloudgan_geo.batch.agreement import settle
    from cloudgan_geo.raster.reading.opening import open_scene
    from cloudgan_geo.raster.writing.writer import SceneWriter

    source = write_synthetic_scene(folder / "scene.tif", asked.size, asked.size)
    rasterio.shutil.copy(source, folder / "scene.jp2", driver="JP2OpenJPEG", QUALITY=100)
    cleaner = settle(asked.model, batch_of(source, folder / "out", asked.model).options)[1]
    scene = open_scene(source)
    rows = list(scene.read(scene.spans()))

    def read(path):
        opened = open_scene(path)
        for _ in opened.read(opened.spans()):
            pass

    def write():
        with SceneWriter(folder / "w.tif", folder / "w.tif", scene) as writer:
            for each in rows:
                writer.write(each)

    def run(**options):
        target = folder / "run.tif"
        decloud(source, target, model=cleaner, overwrite=True, radiometry="dn", **options)

    todo = {
        "read, DEFLATE": lambda: read(source),
        "read, JPEG 2000": lambda: read(folder / "scene.jp2"),
        "write, DEFLATE": write,
        "decloud": run,
        "decloud, COG": lambda: run(cog=True),
    }
    times = {name: [] for name in todo}
    for turn in range(asked.turns + 1):
        for name, part in todo.items():
            began = time.process_time()
            part()
            if turn:
                times[name].append(time.process_time() - began)
    larger = (TILE / asked.size) ** 2
    middle = {name: larger * median(each) for name, each in times.items()}
    sizes = [larger * (folder / name).stat().st_size / 1e6 for name in ("scene.tif", "run.tif")]
    print(f"\nA tile of {TILE} x {TILE}, reckoned from {asked.size} x {asked.size}, one thread\n")
    print("| | processor s |\n|---|---:|")
    for name, seconds in middle.items():
        print(f"| {name} | {seconds:.1f} |")
    print(f"\nread {sizes[0]:.0f} MB, written {sizes[1]:.0f} MB a tile; {asked.tiles:,} tiles:\n")
    print("| workers, a core each | days | tiles an hour | read, MB/s | written, MB/s |")
    print("|---:|---:|---:|---:|---:|")
    for workers in (1, 8, 64):
        each = middle["decloud, COG"] / workers
        traffic = " | ".join(f"{size / each:.2f}" for size in sizes)
        print(f"| {workers} | {asked.tiles * each / 86400:.1f} | {3600 / each:.1f} | {traffic} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default=defaults.MODEL)
    parser.add_argument("--size", type=int, default=2048)
    parser.add_argument("--scenes", type=int, default=8)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--small", type=int, default=200)
    parser.add_argument("--small-size", type=int, default=128)
    parser.add_argument("--loop", type=int, default=10)
    parser.add_argument("--queue", type=int, default=10_000)
    parser.add_argument("--done", type=int, default=100)
    parser.add_argument("--tiles", type=int, default=10_000)
    parser.add_argument("--tables", default="workers,overhead,small,queue,costs")
    asked = parser.parse_args()
    tables = {
        "workers": workers_table,
        "overhead": overhead_table,
        "small": small_table,
        "queue": queue_table,
        "costs": costs_table,
    }
    for name in asked.tables.split(","):
        with tempfile.TemporaryDirectory() as folder:
            tables[name](asked, Path(folder))


if __name__ == "__main__":
    os.environ.update(ONE_THREAD)
    main()
