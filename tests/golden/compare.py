"""Compares the pixels of two checkouts with the bundled generators, on this machine.

    python tests/golden/compare.py ../the-other-checkout

Convolutions round differently on other processors, so these hashes are not stored. Both
checkouts correct the scenes of `golden_cases.py`, in fp32 on one thread of the CPU; exits with
1 if any pixel of any raster differs.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODELS = {"article": False, "thin": True}


def bundled() -> dict[str, str]:
    """Returns the hashes of whatever package this process imports."""
    sys.path.insert(0, str(HERE))
    from golden_cases import cases, hashes_of

    found = {}
    for case in cases():
        for model, layers in MODELS.items():
            with tempfile.TemporaryDirectory() as folder:
                hashes = hashes_of(
                    case, Path(folder), model, layers, device="cpu", precision="fp32"
                )
            found |= {f"{case.name}, {model}, {what}": of for what, of in hashes.items()}
    return found


def of_checkout(checkout: Path) -> dict[str, str]:
    """Returns the hashes of a checkout, computed in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(checkout), "OMP_NUM_THREADS": "1"}
    run = subprocess.run(
        [sys.executable, __file__, "--hashes"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(run.stdout)
    assert Path(told["package"]).is_relative_to(checkout), told["package"]
    return told["hashes"]


def main() -> int:
    if sys.argv[1:] == ["--hashes"]:
        hashes = bundled()
        import cloudgan_geo

        print(json.dumps({"package": cloudgan_geo.__file__, "hashes": hashes}))
        return 0
    old, new = of_checkout(Path(sys.argv[1]).resolve()), of_checkout(HERE.parents[1])
    assert old.keys() == new.keys()
    different = [name for name in old if old[name] != new[name]]
    print(f"{len(old) - len(different)} of {len(old)} rasters are the same, bit for bit")
    for name in different:
        print(f"differs: {name}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
