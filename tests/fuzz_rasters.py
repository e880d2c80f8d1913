"""Damages tiny rasters and runs decloud on them: a process of its own, since GDAL may crash.

Usage: fuzz_rasters.py FOLDER FIRST STOP. Writes the number of the case in hand to FOLDER/case
and prints one line for each case that did not end as it must: in a result that can be read, or
in one of our own errors, one line long, with nothing left behind.
"""

import resource
import signal
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import rasterio
from scenes import StandIn, ground, write_jp2, write_scene

from cloudgan_geo.correction.pipeline import decloud
from cloudgan_geo.errors import CloudganError

#: Seconds that a case may take.
PATIENCE = 20

TIFFS = {
    "strips": {},
    "deflate": {"compress": "deflate", "predictor": 2},
    "tiled": {"compress": "lzw", "tiled": True, "blockxsize": 16, "blockysize": 16},
    "bands": {"interleave": "band", "compress": "zstd", "nodata": 0},
    "big": {"bigtiff": "yes", "endianness": "big"},
}


def bases(folder):
    """Returns the bytes of one small file of each kind, and its suffix."""
    files = [
        write_scene(folder / f"{name}.tif", ground(40, 50), **profile)
        for name, profile in TIFFS.items()
    ]
    files.append(write_scene(folder / "float.tif", ground(40, 50, dtype="float32"), predictor=3))
    files.append(write_jp2(folder / "s.jp2", ground(40, 50)))
    files.append(write_jp2(folder / "tci.jp2", ground(40, 50, dtype="uint8")))
    return [(file.read_bytes(), file.suffix) for file in files]


def damaged(content, rng):
    """Returns the bytes with one to a few things wrong, as often in the head as in the body."""
    data = bytearray(content)
    end = len(data) if rng.random() < 0.5 else min(len(data), 400)
    for _ in range(rng.integers(1, 6)):
        place = int(rng.integers(0, max(1, min(end, len(data)) - 8)))
        kind = rng.integers(0, 6)
        if kind == 0:
            data[place] ^= 1 << int(rng.integers(8))
        elif kind == 1:
            data[place] = int(rng.integers(256))
        elif kind == 2:
            extremes = (b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f")
            data[place : place + 4] = extremes[rng.integers(4)]
        elif kind == 3:
            length = int(rng.integers(1, 40))
            data[place : place + length] = rng.bytes(length)
        elif kind == 4:
            del data[place : place + int(rng.integers(1, 40))]
        elif len(data) > 40:
            del data[int(rng.integers(0, len(data))) :]
        if not data:
            break
    return bytes(data)


def verdict(folder, case, content, suffix):
    """Runs one case; returns what is wrong with how it ended, or nothing."""
    rng = np.random.default_rng(case)
    source, output = folder / f"case{suffix}", folder / "output.tif"
    source.write_bytes(damaged(content, rng))
    signal.alarm(PATIENCE)
    try:
        decloud(source, output, model=StandIn(), radiometry=str(rng.choice(["auto", "dn", "tci"])))
    except CloudganError as error:
        if "\n" in str(error) or not str(error):
            return f"says {error!r}"
        left = [path.name for path in folder.iterdir() if path.name.startswith("output")]
        return f"leaves {left} after {error}" if left else ""
    except Exception as error:
        return f"raises {type(error).__name__}: {error}"
    finally:
        signal.alarm(0)
    with rasterio.open(output) as dataset:
        dataset.read()
    output.unlink()
    return ""


def main():
    folder, first, stop = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    resource.setrlimit(resource.RLIMIT_AS, (6 * 2**30, 6 * 2**30))
    warnings.simplefilter("ignore")

    def too_long(number, frame):
        raise TimeoutError(f"takes more than {PATIENCE} s")

    signal.signal(signal.SIGALRM, too_long)
    kinds = bases(folder)
    for case in range(first, stop):
        (folder / "case").write_text(str(case))
        started = time.monotonic()
        wrong = verdict(folder, case, *kinds[case % len(kinds)])
        if wrong:
            print(f"case {case} ({time.monotonic() - started:.1f} s): {wrong}", flush=True)
    print("done")


if __name__ == "__main__":
    main()
