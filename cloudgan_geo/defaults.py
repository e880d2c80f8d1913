"""What an option is where nobody says otherwise.

Each stands here alone: the command line, Python's signatures and the classes behind them
read it, and a test holds the documentation to it. A name is that of the argument, in capitals.
"""

from __future__ import annotations

from typing import Final

#: The bundled generator that sees most of a scene's bands.
MODEL: Final = "auto"

#: Of simulated clouds: how they are laid over the ground, and what they are of.
LAW: Final = "veil"
KIND: Final = "any"

#: Which of the bands that a generator can correct, and of several resolutions which are written.
CORRECT: Final = "all"
WRITE: Final = "10m"

#: Found out from the scene or from the machine.
RADIOMETRY: Final = "auto"
LEVEL: Final = "auto"
BATCH_SIZE: Final = "auto"
DEVICE: Final = "auto"
PRECISION: Final = "auto"
STRIP_ROWS: Final = "auto"
#: Processes of a batch.
JOBS: Final = "auto"
#: Seconds that a batch waits for a worker where its cluster has none left.
WORKER_TIMEOUT: Final = 600.0

#: Pixels that neighbouring windows share.
OVERLAP: Final = 16

#: Opacity up to which pixels keep their values, and above which they cannot be recovered.
KEEP_BELOW: Final = 0.05
THICK_ABOVE: Final = 0.9
#: What becomes of those that cannot.
THICK: Final = "keep"
#: Expected error, in reflectance, above which a corrected pixel is not to be trusted.
THICK_ERROR: Final = 0.035
