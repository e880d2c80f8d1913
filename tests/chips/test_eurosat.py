"""Chips in, pairs out."""

import shutil
import zipfile

import numpy as np
import pytest
from PIL import Image

from cloudgan_geo.chips.eurosat import load_chips, model_domain, split
from cloudgan_geo.errors import DatasetError, OutputError
from cloudgan_geo.simulation.article_pairs import cloudy_pairs, write_pairs


@pytest.fixture(scope="session")
def chips(sample_data):
    return load_chips(sample_data / "chips")


def test_a_zip_holds_the_same_chips_as_its_folder(tmp_path, sample_data, chips):
    archive = shutil.make_archive(str(tmp_path / "chips"), "zip", sample_data / "chips")
    zipped = load_chips(archive)
    assert zipped.names == chips.names
    assert np.array_equal(zipped.images, chips.images)
    assert chips.images.shape == (16, 64, 64, 3)


def test_split_is_seeded_disjoint_and_complete(chips):
    parts = split(chips, validation=1)
    assert sorted(parts.train + parts.validation + parts.test) == list(range(16))
    assert (len(parts.train), len(parts.validation), len(parts.test)) == (10, 1, 5)
    assert parts == split(chips, validation=1)
    # Holding chips out for validation takes none from the test.
    assert split(chips).test == parts.test


@pytest.mark.slow
def test_eurosat_splits_into_the_articles_numbers(shared_data):
    eurosat = load_chips(shared_data / "eurosat_rgb.zip")
    parts = split(eurosat, validation=512)
    assert len(eurosat) == 27_000
    assert len(parts.train) + len(parts.validation) == 18_900
    assert len(parts.test) == 8_100
    assert eurosat.images.mean(axis=(0, 1, 2)) / 255 == pytest.approx(
        [0.344, 0.380, 0.408], abs=1e-3
    )
    # The article's chips lose .145 to their clouds before anything is done about it.
    cloudy, clear = (model_domain(x) for x in cloudy_pairs(eurosat, parts.test[:500], seed=1))
    assert np.abs(cloudy - clear).mean() == pytest.approx(0.145, abs=0.01)


def test_a_pair_does_not_depend_on_its_batch(chips):
    together, _ = cloudy_pairs(chips, [3, 5, 9], seed=4, epoch=2)
    alone, clear = cloudy_pairs(chips, [5], seed=4, epoch=2)
    assert np.array_equal(together[1], alone[0])
    assert np.array_equal(clear[0], chips.images[5])
    assert not np.array_equal(cloudy_pairs(chips, [5], seed=4, epoch=3)[0], alone)


def test_augmented_chips_are_turned_and_mirrored(chips):
    seen = set()
    for epoch in range(60):
        _, clear = cloudy_pairs(chips, [0], seed=0, epoch=epoch, augment=True)
        seen.add(clear.tobytes())
        assert np.array_equal(np.sort(clear, axis=None), np.sort(chips.images[0], axis=None))
    assert len(seen) == 8


def test_model_domain_is_planar_and_within_one(chips):
    tensor = model_domain(chips.images[:2])
    assert tensor.shape == (2, 3, 64, 64)
    assert tensor.dtype == np.float32
    assert np.array_equal(np.rint(tensor[1, 2] * 255), chips.images[1, :, :, 2])


def test_pairs_on_disk_are_the_articles_folders(tmp_path, chips):
    out = tmp_path / "pairs"
    assert list(write_pairs(chips, out, seed=9)) == list(chips.names)
    for folder in ("all_targets", "all_inputs"):
        assert len(list((out / folder).glob("*.jpg"))) == 16
    cloudy, _ = cloudy_pairs(chips, [0], seed=9)
    written = np.asarray(Image.open(out / "all_inputs" / f"{chips.names[0]}.jpg"))
    assert np.array_equal(written, cloudy[0])
    target = np.asarray(Image.open(out / "all_targets" / f"{chips.names[0]}.jpg"), int)
    assert np.abs(target - chips.images[0]).mean() < 1
    with pytest.raises(OutputError, match="not an empty folder"):
        next(write_pairs(chips, out))


def nothing(path):
    return path / "nowhere"


def empty_folder(path):
    return path


def not_a_zip(path):
    (path / "chips.zip").write_text("no")
    return path / "chips.zip"


def zip_without_chips(path):
    with zipfile.ZipFile(path / "chips.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    return path / "chips.zip"


def damaged_chip(path):
    (path / "Forest_1.jpg").write_bytes(b"\xff\xd8\xff")
    return path


def wrong_size(path):
    Image.new("RGB", (32, 64)).save(path / "Forest_1.png")
    return path


def grey(path):
    Image.new("L", (64, 64)).save(path / "Forest_1.png")
    return path


@pytest.mark.parametrize(
    "make",
    [nothing, empty_folder, not_a_zip, zip_without_chips, damaged_chip, wrong_size, grey],
)
def test_bad_chips_are_refused_by_name(tmp_path, make):
    path = make(tmp_path)
    with pytest.raises(DatasetError, match=str(path)):
        load_chips(path)
