"""Operations counted by hand for the experiment's two networks, and for one that strides."""

from __future__ import annotations

from rottui.core.config import NetworkConfig
from rottui.core.flops import epoch_flops, image_flops, multiply_adds
from rottui.core.presets import SEED_CNN, SEED_MLP


def test_the_mlp_of_the_experiment() -> None:
    assert multiply_adds(SEED_MLP.network) == [784 * 128, 128 * 128, 128]
    flops = image_flops(SEED_MLP.network)
    assert flops.forward == 2 * (100_352 + 16_384 + 128)
    # weights of all three layers, inputs of the last two
    assert flops.backward == 2 * (100_352 + 16_384 + 128) + 2 * (16_384 + 128)
    assert flops.step * 128 == 64_061_440


def test_the_cnn_of_the_experiment() -> None:
    # maps of 26, 11 (after a pool to 13) and 3 (after a pool to 5) pixels; 720 features at the end
    convolutions = [26**2 * 16 * 9, 11**2 * 32 * 16 * 9, 3**2 * 45 * 32 * 9]
    assert multiply_adds(SEED_CNN.network) == [*convolutions, 720 * 128, 128]
    assert image_flops(SEED_CNN.network).step == 4_988_352


def test_strides_kernels_and_two_outputs() -> None:
    network = NetworkConfig(
        type="cnn", n_channels=(2, 3), kernel_sizes=(5, 3), strides=(2, 1), dense_hiddens=(7,)
    )
    # 28 → 12 by stride 2, pool → 6, kernel 3 → 4
    assert multiply_adds(network, outputs=2) == [12**2 * 2 * 25, 4**2 * 3 * 2 * 9, 48 * 7, 14]


def test_an_epoch_trains_every_image_and_evaluates_without_a_backward() -> None:
    flops = image_flops(SEED_MLP.network)
    assert epoch_flops(flops, 20_000, 12_000) == 20_000 * 500_480 + 12_000 * 233_728
