"""Speaks the backend's protocol without being it: stub_backend.py WHAT ASKED_JSON ARGUMENTS."""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path


def tell(event, **facts):
    print(json.dumps({"event": event, **facts}), flush=True)


def option(arguments, *names):
    for name in names:
        if name in arguments:
            return arguments[arguments.index(name) + 1]
    return None


def copy(source, target):
    from osgeo import gdal

    gdal.UseExceptions()
    gdal.Translate(target, source)


def one_band(source, target, kind, values):
    """Writes a band of the scene's grid that holds each value in some columns."""
    from osgeo import gdal

    gdal.UseExceptions()
    scene = gdal.Open(source)
    width, height = scene.RasterXSize, scene.RasterYSize
    made = gdal.GetDriverByName("GTiff").Create(target, width, height, 1, kind)
    made.SetGeoTransform(scene.GetGeoTransform())
    made.SetProjection(scene.GetProjection())
    if kind == gdal.GDT_Byte:
        made.GetRasterBand(1).SetNoDataValue(0)
    pixels = made.GetRasterBand(1).ReadAsArray()
    step = -(-width // len(values))
    for index, value in enumerate(values):
        pixels[:, index * step : (index + 1) * step] = value
    made.GetRasterBand(1).WriteArray(pixels)


def decloud(arguments):
    from osgeo import gdal

    source, output = arguments[1], option(arguments, "--output")
    for done in (1, 2, 4):
        tell("progress", done=done, total=4, unit="window")
    print("Radiometry: dn (a stub says so)", file=sys.stderr)
    print("Warning: the stub removes no cloud", file=sys.stderr)
    copy(source, output)
    for name, kind, values in (
        ("--qa", gdal.GDT_Byte, (0, 1, 2, 3)),
        ("--opacity", gdal.GDT_Float32, (0, 0.3, 0.6, 1)),
        ("--error", gdal.GDT_Float32, (10, 80, 200)),
    ):
        if path := option(arguments, name):
            one_band(source, path, kind, values)
    if path := option(arguments, "--report"):
        Path(path).write_text("{}")
    tell("result", output=output)


def simulate(arguments):
    from osgeo import gdal

    copy(arguments[1], arguments[2])
    one_band(arguments[1], option(arguments, "--opacity-out"), gdal.GDT_Float32, (0, 0.5))
    tell("result", coverage=0.5, mean_opacity=0.5)


def compare(arguments):
    if page := option(arguments, "--html"):
        Path(page).write_text("<p>stub</p>")
    scores = {"pixels": 90000, "psnr": 20.5, "ssim": 0.75, "mae": 0.125, "sam": None}
    lines = [
        {"image": "before", "where": "all", **scores, "psnr": 10.25},
        {"image": "result", "where": "all", **scores},
        {"image": "result", "where": "thick", **scores, "psnr": None},
    ]
    tell("result", lines=lines)


def works(arguments, heeds_sigterm=True):
    """Has a half-written output, and ends only when it is told to."""
    output = Path(option(arguments, "--output") or arguments[2])
    partial = output.with_name(f"{output.name}.partial-0123456789abcdef")
    partial.mkdir()
    (partial / output.name).write_text("half")
    lock = output.with_name(f".{output.name}.lock")
    lock.write_text(f"cloudgan-geo 0123456789abcdef {os.getpid()}\n")
    (output.parent / "pid").write_text(str(os.getpid()))

    def stop(*_):
        if heeds_sigterm:
            (partial / output.name).unlink()
            partial.rmdir()
            lock.unlink()
            os._exit(143)

    def watch():
        while os.read(0, 1):
            pass
        stop()

    signal.signal(signal.SIGTERM, stop)
    threading.Thread(target=watch, daemon=True).start()
    for done in range(10_000):
        tell("progress", done=done, total=10_000, unit="window")
        time.sleep(0.05)


def main(what, asked, *arguments):
    Path(asked).write_text(json.dumps(arguments))
    if what == "old":
        sys.exit("Error: No such option: --progress")
    if what == "devices" or arguments[0] == "devices":
        if what == "stranger":
            sys.exit(print("hello"))
        device = {"name": "cpu", "description": "stub, 1 thread"}
        facts = {
            "version": "9.9",
            "protocol": 2 if what == "future" else 1,
            "torch": "2",
            "devices": [device],
            "auto": "cpu",
            "models": ["article", "thin"],
        }
        sys.exit(print(json.dumps(facts)))
    tell("start", protocol=2 if what == "future" else 1, version="9.9", command=arguments[0])
    if what == "fails":
        print("a line of a library", file=sys.stderr)
        sys.exit("Error: scene.tif: is not what it should be; --bands mends it")
    if what == "dies":
        print("about to die", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "babbles":
        for number in range(20_000):
            print(f"line {number} of a library", file=sys.stderr)
            print(f"not JSON {number}")
        print('{"neither": "an event"}')
        tell("unheard-of", value=1)
    if what == "lies":
        sys.exit(0)
    if what in ("works", "stubborn"):
        works(arguments, heeds_sigterm=what == "works")
    if what == "clears":
        copy(arguments[1].replace("scene.tif", "scene_clear.tif"), option(arguments, "--output"))
        tell("result", output=option(arguments, "--output"))
        return
    if what == "tells":
        if output := option(arguments, "--output"):
            Path(output).write_text("written")
        tell("result", environment=dict(os.environ), arguments=arguments)
        return
    {"decloud": decloud, "simulate": simulate, "compare": compare}[arguments[0]](arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
