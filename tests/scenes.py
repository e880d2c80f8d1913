"""Small rasters to work on, and stand-ins for generators."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import ColorInterp
from rasterio.transform import Affine

from cloudgan_geo.bands import RGB
from cloudgan_geo.networks.cleaned import Cleaned

_COLOURS = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.undefined)

UTM = {"crs": "EPSG:32631", "transform": Affine(10.0, 0.0, 399960.0, 0.0, -10.0, 4693200.0)}


def write_scene(path: Path, pixels: NDArray[Any], **profile: Any) -> Path:
    """Writes pixels of shape (bands, height, width) as a GeoTIFF on a UTM grid."""
    count, height, width = pixels.shape
    settings = {"driver": "GTiff", **UTM, **profile}
    with rasterio.open(
        path, "w", count=count, height=height, width=width, dtype=pixels.dtype, **settings
    ) as dataset:
        if count in (3, 4) and settings["driver"] == "GTiff" and "photometric" not in profile:
            # Noise does not tell its bands by its values.
            dataset.colorinterp = _COLOURS[:count]
        dataset.write(pixels)
    return path


def write_jp2(path: Path, pixels: NDArray[Any], **profile: Any) -> Path:
    """Writes pixels of shape (bands, height, width) as a lossless JPEG 2000."""
    lossless = {"driver": "JP2OpenJPEG", "QUALITY": "100", "REVERSIBLE": "YES"}
    return write_scene(path, pixels, **lossless, **profile)


def write_safe(
    folder: Path,
    bands: dict[str, NDArray[Any]],
    level: str = "1C",
    offset: int | None = None,
    quantum: int = 10_000,
) -> Path:
    """Writes bands, by name and of shape (height, width), as ESA delivers a product.

    Args:
        folder: Its name ends in .SAFE.
        bands: DN; coarser bands have fewer pixels.
        level: 1C or 2A.
        offset: Of the DN; None writes metadata of before there was one.
        quantum: What DN are divided by.
    """
    images = folder / "GRANULE" / "L1C_T31TDH_A000468_20150726T105026" / "IMG_DATA"
    finest = max(len(pixels) for pixels in bands.values())
    for name, pixels in bands.items():
        size = 10 * finest // len(pixels)
        place = images / f"R{size}m" if level == "2A" else images
        place.mkdir(parents=True, exist_ok=True)
        resolution = f"_{size}m" if level == "2A" else ""
        transform = Affine(size, 0.0, 399960.0, 0.0, -size, 4693200.0)
        path = place / f"T31TDH_20150726T105026_{name}{resolution}.jp2"
        write_jp2(path, pixels[None], transform=transform)
    kind = "BOA" if level == "2A" else "RADIO"
    quantity = "BOA_QUANTIFICATION_VALUE" if level == "2A" else "QUANTIFICATION_VALUE"
    offsets = "".join(
        f'<{kind}_ADD_OFFSET band_id="{band}">{offset}</{kind}_ADD_OFFSET>' for band in range(13)
    )
    baseline = "02.04" if offset is None else "05.09"
    (folder / f"MTD_MSIL{level}.xml").write_text(
        f'<n1:Level-{level}_User_Product xmlns:n1="https://psd-14.sentinel2.eo.esa.int/PSD">'
        f"<n1:General_Info><Product_Info><PRODUCT_URI>{folder.name}</PRODUCT_URI>"
        f"<PROCESSING_BASELINE>{baseline}</PROCESSING_BASELINE></Product_Info>"
        f"<Product_Image_Characteristics><{quantity} unit='none'>{quantum}</{quantity}>"
        f"{'' if offset is None else f'<Offset_List>{offsets}</Offset_List>'}"
        f"</Product_Image_Characteristics></n1:General_Info></n1:Level-{level}_User_Product>"
    )
    return folder


def zipped(folder: Path) -> Path:
    """Zips a folder, as ESA does: with its own name inside."""
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder.parent))
    return path


def ground(
    height: int, width: int, bands: int = 3, dtype: str = "uint16", seed: int = 0
) -> NDArray[Any]:
    """Plausible values of a dtype: DN around 100 to 4000, 8-bit, or reflectance."""
    values = np.random.default_rng(seed).uniform(0.01, 0.4, (bands, height, width))
    if np.issubdtype(np.dtype(dtype), np.floating):
        return values.astype(dtype)
    return (values * (255 if np.dtype(dtype).itemsize == 1 else 10_000)).astype(dtype)


def read(path: Path) -> NDArray[Any]:
    """Returns all bands of a raster."""
    with rasterio.open(path) as dataset:
        return dataset.read()


class StandIn:
    """A generator that does something simple, and remembers what it was given."""

    bands = RGB
    name = "stand-in"
    sha256 = "0" * 64
    device = "cpu"
    precision = "fp32"
    precision_reason = "it is a stand-in"
    suggested_batch_size = 4
    estimates = False
    sees_surroundings = False

    def __init__(self, change: Callable[[NDArray[Any]], NDArray[Any]] = lambda batch: batch):
        self._change = change
        self.batches: list[NDArray[np.float32]] = []

    def clean(self, batch: NDArray[np.float32]) -> Cleaned[NDArray[np.float32]]:
        """Applies the change to windows in the model domain."""
        assert batch.dtype == np.float32
        assert batch.shape[1:] == (3, 64, 64)
        assert batch.min() >= 0
        assert batch.max() <= 1
        self.batches.append(batch.copy())
        return Cleaned(self._change(batch).astype(np.float32))

    @property
    def windows(self) -> int:
        """Windows it was given."""
        return sum(map(len, self.batches))


class EstimatingStandIn(StandIn):
    """A generator that estimates opacity and error as well, simply.

    Args:
        estimate: Takes windows and what surrounds them; returns, each in a form that
            broadcasts to windows, the image, the opacity and the error.
    """

    estimates = True
    sees_surroundings = True

    def __init__(self, estimate: Callable[[NDArray[Any], NDArray[Any]], tuple[Any, Any, Any]]):
        super().__init__()
        self._estimate = estimate

    def clean(
        self, batch: NDArray[np.float32], view: NDArray[np.float32]
    ) -> Cleaned[NDArray[np.float32]]:
        """Returns image, opacity and error for windows in the model domain."""
        super().clean(batch)
        assert view.dtype == np.float32
        assert view.shape == (len(batch), 10, 40, 40)
        assert view.min() >= 0
        assert view.max() <= 1
        parts = zip(self._estimate(batch, view), (3, 1, 1), strict=True)
        shape = (len(batch), 64, 64)
        return Cleaned(
            *(
                np.broadcast_to(part, (shape[0], count, *shape[1:])).astype(np.float32)
                for part, count in parts
            )
        )


def seen_in_the_view(batch: NDArray[Any], view: NDArray[Any]) -> tuple[Any, Any, Any]:
    """Estimates made of what surrounds a window: they show if it sees something else."""
    magnified = view.repeat(2, axis=2).repeat(2, axis=3)
    darker = batch - 0.2 * magnified[:, 0:3, :64, 16:] + 0.1 * magnified[:, 6:9, 16:, :64]
    return darker, magnified[:, 4:5, 8:72, 8:72], magnified[:, 9:, 16:, 16:] * 0.1
