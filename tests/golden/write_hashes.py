"""Stores the hashes that `test_golden.py` compares with; run it only to change results.

PYTHONPATH=. python tests/golden/write_hashes.py
"""

import json
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from golden_cases import cases  # noqa: E402
from test_golden import HASHES, found, models  # noqa: E402

if __name__ == "__main__":
    hashes = {}
    for case in cases():
        for kind in models():
            with tempfile.TemporaryDirectory() as folder:
                hashes[f"{case.name}, {kind}"] = found(case, Path(folder), kind)
    HASHES.write_text(json.dumps(hashes, indent=1) + "\n")
    print(f"{len(hashes)} cases, {sum(map(len, hashes.values()))} hashes")
