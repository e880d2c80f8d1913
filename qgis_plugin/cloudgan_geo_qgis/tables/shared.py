"""Options that several commands share."""

from __future__ import annotations

from ..options import Choice, Flag, Text

PRODUCTS = (
    "A layer of a raster file, or the file itself; or a Sentinel-2 product: its MTD_MSIL1C.xml or "
    "MTD_MSIL2A.xml, its .SAFE folder or the zip of that. Layers of web services have to be "
    "saved as a file first."
)
BANDS = Text(
    "--bands",
    "Bands",
    "Red, green and blue bands, as in 4,3,2, or any by their names, as in "
    "B02=1,B03=2,B04=3,B08=4; found by their descriptions if not given.",
    advanced=True,
)
RADIOMETRY = Choice(
    "--radiometry",
    "Radiometry",
    "How values relate to reflectance: DN / 10000, the same after subtracting 1000, 8-bit true "
    "colour, the same with that offset left in, 8-bit EuroSAT, reflectance itself.",
    "auto goes by what the file declares, else by its type and values; the log says what was "
    "chosen and why.",
    default="auto",
    choices=("auto", "dn", "dn-offset", "tci", "tci-offset", "eurosat", "reflectance"),
)
TRUST_INPUT = Flag(
    "--trust-input",
    "Trust the input",
    "Let inputs be of any format that GDAL knows, name files anywhere and fetch from servers "
    "(virtual rasters, for one), and claim more than their bytes can hold.",
    advanced=True,
)
