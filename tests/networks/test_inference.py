"""The prepared generator gives what the plain one gives."""

import functools

import numpy as np
import pytest
import torch

from cloudgan_geo.errors import UsageError
from cloudgan_geo.networks import inference
from cloudgan_geo.networks.checkpoint import LoadedGenerator
from cloudgan_geo.networks.generator import UNetGenerator
from cloudgan_geo.networks.inference import PreparedGenerator, fold_batch_norm, load_cleaner
from cloudgan_geo.networks.thin import ThinGenerator


@pytest.fixture
def loaded():
    torch.manual_seed(0)
    network = UNetGenerator(width=8)
    for _ in range(4):  # running statistics that folding must take into account
        network(torch.rand(8, 3, 64, 64))
    return LoadedGenerator(network.eval(), "tiny", "0" * 64)


@pytest.fixture
def windows():
    return np.random.default_rng(0).random((5, 3, 64, 64), np.float32)


def test_folding_keeps_the_output_and_removes_every_batch_norm(loaded, windows):
    folded = fold_batch_norm(loaded.network)
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in folded.modules())
    assert any(isinstance(m, torch.nn.BatchNorm2d) for m in loaded.network.modules())
    image = torch.from_numpy(windows)
    with torch.no_grad():
        assert torch.allclose(folded(image), loaded.network(image), atol=1e-5)


@pytest.mark.parametrize(("precision", "tolerance"), [("fp32", 1e-5), ("bf16", 0.02)])
def test_cleaning_is_the_networks_output(loaded, windows, precision, tolerance):
    cleaner = PreparedGenerator(loaded, device="cpu", precision=precision)
    with torch.no_grad():
        expected = loaded.network(torch.from_numpy(windows)).numpy()
    cleaned = cleaner.clean(windows).image
    assert cleaned.dtype == np.float32
    assert np.abs(cleaned - expected).max() < tolerance
    assert cleaner.precision == precision


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_window_does_not_depend_on_its_batch(loaded, windows, precision):
    cleaner = PreparedGenerator(loaded, device="cpu", precision=precision)
    together = cleaner.clean(windows).image
    alone = np.concatenate([cleaner.clean(windows[i : i + 1]).image for i in range(5)])
    # 1 DN of a 16-bit scene is 1 / 2750 in the model domain.
    assert np.abs(together - alone).max() < 1 / 2750


def test_a_batch_too_large_for_memory_is_halved(loaded, windows, monkeypatch):
    cleaner = PreparedGenerator(loaded, device="cpu", precision="fp32")
    forward, seen = cleaner._forward, []

    def small_memory(batch, view):
        seen.append(len(batch))
        if len(batch) > 2:
            raise torch.OutOfMemoryError
        return forward(batch, view)

    expected = cleaner.clean(windows).image
    monkeypatch.setattr(cleaner, "_forward", small_memory)
    assert np.allclose(cleaner.clean(windows).image, expected, atol=1e-6)
    assert seen[0] == 5
    assert max(seen[1:]) <= 3


@pytest.mark.parametrize(
    ("device", "precision"), [("cuda:97", "auto"), ("toaster", "auto"), ("cpu", "fp8")]
)
def test_what_is_not_there_is_refused(loaded, device, precision):
    with pytest.raises(UsageError, match=r"device=|precision="):
        PreparedGenerator(loaded, device=device, precision=precision)


def test_batches_have_a_size(loaded):
    assert PreparedGenerator(loaded).suggested_batch_size >= 1


class TestCompile:
    @pytest.fixture
    def allowed(self, monkeypatch):
        """Lets the CPU compile, by the backend that only traces: the real one takes a minute."""
        monkeypatch.setattr(inference, "_COMPILES", ("cpu",))
        compiling = functools.partial(torch.compile, backend="eager")
        monkeypatch.setattr(inference.torch, "compile", compiling)

    @pytest.mark.slow
    def test_a_compiled_network_gives_the_same(self, allowed, loaded, windows):
        plain = PreparedGenerator(loaded, device="cpu", precision="fp32")
        compiled = PreparedGenerator(loaded, device="cpu", precision="fp32", compile=True)
        for count in (5, 2, 1):
            expected = plain.clean(windows[:count]).image
            assert np.allclose(compiled.clean(windows[:count]).image, expected, atol=1e-5)

    @pytest.mark.slow
    def test_with_views_too(self, allowed, windows):
        loaded = LoadedGenerator(ThinGenerator(width=2).eval(), "tiny", "0" * 64)
        views = np.random.default_rng(1).random((5, 10, 40, 40), np.float32)
        plain = PreparedGenerator(loaded, device="cpu", precision="bf16")
        compiled = PreparedGenerator(loaded, device="cpu", precision="bf16", compile=True)
        expected = plain.clean(windows, views).image
        assert np.allclose(compiled.clean(windows, views).image, expected, atol=1 / 2750)

    def test_what_cannot_be_compiled_is_refused_in_words(self, allowed, loaded, monkeypatch):
        def compiler_of_no_use(network, **options):
            def call(*tensors):
                raise RuntimeError("no C compiler\nand more")

            return call

        monkeypatch.setattr(inference.torch, "compile", compiler_of_no_use)
        with pytest.raises(UsageError, match=r"^compile=True: .*\(no C compiler\); leave it out$"):
            PreparedGenerator(loaded, device="cpu", compile=True)

    def test_a_cpu_is_refused(self, loaded):
        with pytest.raises(UsageError, match="compile=True: is for CUDA"):
            PreparedGenerator(loaded, device="cpu", compile=True)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("model", ["article", "thin", "veil", "visible"])
def test_a_window_becomes_the_same_in_any_batch(model, threads):
    cleaner = load_cleaner(model, device="cpu", precision="fp32")
    random = np.random.default_rng(0)
    bands = len(cleaner.bands.reads)
    windows = random.random((17, bands, 64, 64), np.float32)
    views = random.random((17, 3 * bands + 1, 40, 40), np.float32)
    given = (windows, views) if cleaner.sees_surroundings else (windows,)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        together = cleaner.clean(*given)
        # Sizes between which processors were seen to sum in another order.
        for count in (1, 2, 3, 5, 15, 16):
            fewer = cleaner.clean(*(of[-count:] for of in given))
            for some, every in zip(fewer.parts, together.parts, strict=True):
                assert some.tobytes() == every[-count:].tobytes()
    finally:
        torch.set_num_threads(before)
