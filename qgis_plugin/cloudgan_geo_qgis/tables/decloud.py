"""The options of `cloudgan-geo decloud`."""

from __future__ import annotations

from ..options import (
    Choice,
    Extent,
    File,
    Flag,
    MoreRasters,
    Number,
    Option,
    PageOutput,
    Polygons,
    Raster,
    RasterOutput,
    Text,
)
from .shared import BANDS, PRODUCTS, RADIOMETRY, TRUST_INPUT

#: Bundled models that estimate no opacity.
WITHOUT_ESTIMATES = ("article",)
_ESTIMATED = "Not for models that estimate no opacity, such as article."

_SCENE = (
    Raster(
        "SCENE",
        "Cloudy image",
        PRODUCTS,
        called="INPUT",
        product=True,
    ),
    MoreRasters(
        "SCENE",
        "Other bands of the image, one a file",
        "Where every band is a file of its own: the image is the one above and these, in any "
        "order. Their names tell the bands, as in T31TDH_B04.jp2.",
        called="BAND_FILES",
    ),
    Choice(
        "--model",
        "Model",
        "Generator: a bundled one (see `models`) or a weights file; auto takes the bundled one "
        "that sees most of the scene's bands.",
        "veil sees every band and corrects all but the cirrus band, which it can do without; "
        "visible and thin see and correct red, green and blue, and visible takes more of a veil "
        "away; article is the network of an article, a reference for comparison that also "
        "changes clear ground. A file goes under Weights file.",
        default="auto",
        choices=("auto", "veil", "visible", "thin", "article"),
    ),
    Extent(
        "--bounds",
        "Only within this extent",
        "Change only pixels between left, bottom, right and top, in the scene's coordinates.",
        "An extent in other coordinates is transformed. Pixels outside are copied.",
    ),
    Polygons(
        "--aoi",
        "Only within these polygons",
        "Change only pixels inside the polygons of a GeoJSON, GeoPackage or Shapefile, in any "
        "coordinate reference system.",
        "Other layers, filters and selections are copied to a file first. Pixels whose centre is "
        "outside are copied.",
    ),
    RADIOMETRY,
    File(
        "--model",
        "Weights file",
        "A weights file instead of a bundled model: a generator trained with cloudgan-geo train "
        "(.safetensors), of any bands, or the article's own (.pth).",
        advanced=True,
        called="WEIGHTS",
    ),
    BANDS,
    Choice(
        "--level",
        "Processing level",
        "Level of the scene's processing, told to generators that ask for it; auto goes by "
        "metadata and the product's name.",
        default="auto",
        advanced=True,
        choices=("auto", "1C", "2A"),
    ),
    TRUST_INPUT,
)
_CORRECTION: tuple[Option, ...] = (
    Choice(
        "--correct",
        "Bands to correct",
        "Which of the bands to correct that the generator can: red, green and blue, those of "
        "10 m, or all.",
        default="all",
        advanced=True,
        choices=("rgb", "10m", "all"),
    ),
    Number(
        "--keep-below",
        "Keep pixels below this opacity",
        "Pixels under less cloud than this keep their values, bit for bit; from there to half as "
        "much again the correction fades in.",
        default=0.05,
        advanced=True,
        least=0,
        largest=1,
    ),
    Number(
        "--thick-above",
        "Thick above this opacity",
        "Pixels under more cloud than this cannot be recovered from one image.",
        default=0.9,
        advanced=True,
        least=0,
        largest=1,
    ),
    Choice(
        "--thick",
        "Thick cloud",
        "What becomes of pixels above --thick-above: they keep their values, are filled in with "
        "what the generator makes up, or become nodata.",
        default="keep",
        advanced=True,
        choices=("keep", "fill", "nodata"),
    ),
    Number(
        "--thick-error",
        "Thick above this expected error",
        "Corrected pixels of a larger expected error count as thick too: they are corrected "
        "(nodata with --thick nodata), but not to be trusted.",
        "It is a reflectance.",
        default=0.035,
        advanced=True,
        least=0,
    ),
)
_COMPUTING: tuple[Option, ...] = (
    Text(
        "--device",
        "Device",
        "Where to compute; `devices` lists what there is.",
        "It is auto (a GPU if there is one), cpu, cuda, cuda:1, mps; Plugins > Cloudgan > Choose "
        "the backend lists those of this computer.",
        default="auto",
        advanced=True,
    ),
    Choice(
        "--precision",
        "Precision",
        "Number format of the network: fp32 is the reference; auto takes bf16 where the device "
        "computes in it natively and, but for training, results stay within 2 DN.",
        default="auto",
        advanced=True,
        choices=("auto", "fp32", "bf16"),
    ),
    Flag(
        "--compile",
        "Compile the network first",
        "Let torch compile the network first, which takes a while; on CUDA only, and not by "
        "default.",
        advanced=True,
    ),
    Number(
        "--overlap",
        "Overlap of windows (pixels)",
        "What neighbouring windows of 64 pixels share, 0 to 63.",
        "More is smoother and slower.",
        default=16,
        advanced=True,
        whole=True,
        least=0,
        largest=63,
    ),
    Text(
        "--batch-size",
        "Windows at once",
        "Windows that the generator gets at once.",
        "auto or a number; fewer take less memory.",
        default="auto",
        advanced=True,
    ),
)
_WRITTEN: tuple[Option, ...] = (
    Choice(
        "--write",
        "Bands to write",
        "Which bands of a product, or of files, of several resolutions to write: those at 10 m, "
        "or all, resampled to that.",
        default="10m",
        advanced=True,
        choices=("10m", "all"),
    ),
    Flag(
        "--rgb-only",
        "Write only red, green and blue",
        "Leave out all bands but red, green and blue.",
        advanced=True,
    ),
    Flag(
        "--cog",
        "Write a cloud-optimized GeoTIFF",
        "Write a cloud-optimized GeoTIFF with overviews; until it is complete it takes about 2.7 "
        "times its room on the disk.",
        advanced=True,
    ),
    Text(
        "--co",
        "Creation options",
        "GDAL's creation option of the output, as in COMPRESS=DEFLATE; may be repeated.",
        "Several are separated by |, as in COMPRESS=DEFLATE|PREDICTOR=2.",
        advanced=True,
        separator="|",
    ),
    PageOutput(
        "--report",
        "Run report",
        "Write options, results and timings to a JSON file.",
        advanced=True,
        files="JSON files (*.json)",
    ),
    RasterOutput(
        "--output",
        "Image without thin clouds",
        "GeoTIFF with the coordinates, size, type, nodata and bands of the input, whose layer's "
        "style it gets beside one with a stretch of its own.",
        optional=False,
    ),
    RasterOutput(
        "--qa",
        "Quality band",
        "Write the quality band (0 no data, 1 clear, 2 corrected, 3 thick: not to be trusted) to a "
        "GeoTIFF.",
        _ESTIMATED,
        estimated=True,
        style="quality.qml",
    ),
    RasterOutput(
        "--opacity",
        "Opacity of the cloud",
        "Write the opacity of the cloud (0 to 1) to a GeoTIFF.",
        _ESTIMATED,
        estimated=True,
        style="opacity.qml",
    ),
    RasterOutput(
        "--error",
        "Expected error",
        "Write half the width of the interval that holds 90 % of the errors (in the scene's units) "
        "to a GeoTIFF.",
        f"A band for every group of bands of the model. {_ESTIMATED}",
        estimated=True,
        style="ramp",
    ),
)
DECLOUD: tuple[Option, ...] = (*_SCENE, *_CORRECTION, *_COMPUTING, *_WRITTEN)
