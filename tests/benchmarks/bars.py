"""What the engine is to keep, measured in one go; docs/performance.md holds a result.

    python tests/benchmarks/bars.py

Takes a quarter of an hour on two cores. Nothing here fails: other work on the machine weighs,
on seconds more than on processor seconds.
"""

import engine
import memory
import peers


def main() -> None:
    times = engine.measure()
    print(engine.table(times), flush=True)
    peaks = memory.measure_all()
    print(f"\n{memory.table(peaks)}", flush=True)
    rows = peers.measure()
    print(f"\n{peers.table(rows)}", flush=True)
    quarter, whole = (row["peak_mb"] for row in peaks)
    print("\n| what | bar | measured |\n|---|---:|---:|")
    seconds, cpu = engine.ratios(times)
    print(f"| run / slowest of network, read, write, in seconds | at most 1.10 | {seconds:.3f} |")
    print(f"| the same in processor seconds | | {cpu:.3f} |")
    print(f"| peak memory of a whole tile, MB | at most 1200 | {whole:.0f} |")
    print(f"| peak memory, whole tile / quarter | at most 1.10 | {whole / quarter:.3f} |")
    for unit, key in (("seconds", "seconds"), ("processor seconds", "cpu_seconds")):
        ratio = peers.ratio(rows, key)
        print(f"| fastest of the other engines / ours, in {unit} | at least 1.5 | {ratio:.2f} |")
    agreement = max(row["alone_max_dn"] for row in rows if row["engine"] in peers.NAMES)
    print(f"| their outputs off ours where nothing blends, DN | at most 1 | {agreement} |")


if __name__ == "__main__":
    main()
