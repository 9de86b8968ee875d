"""Convolutions and pooling of the ``cnn``, compiled for given channels, kernel and stride.

Maps lie in memory as ``(height, image, width, channels)``: a row of one map is contiguous, and so
are the same rows of all images. ``route`` says for each pooled number which of the four that it was
pooled from is the largest, 0 to 3 in reading order (the first of equals, as PyTorch takes it), or
``SHUT`` where the rectifier put out 0: nothing flows back there.

Two things make this quick. Bias and activation come after the pooling, on a quarter of the numbers:
all three activations grow with their input, so the largest stays the largest. And going back, only
the numbers that were the largest and got through the rectifier are looked at, an eighth of them or
fewer, where a convolution would multiply with all the zeros.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from rottui.core.fast.blas import multiply
from rottui.core.fast.compiling import compiled

SHUT = 4


@cache
def first_convolution(
    channels: int, kernel: int, stride: int, rectified: bool, dtype: type[Any]
) -> Callable[..., None]:
    """``(images, weights, bias, pooled, route)``: the convolution of the images, and its pooling.

    Images are ``(N, 28, 28)``, weights ``(kernel, kernel, channels)``; ``pooled`` and ``route`` are
    ``(P, N, P, channels)``. Without ``rectified``, pooled numbers are given out with their bias and
    before the activation.
    """
    zero = dtype(0)

    @compiled
    def forward(images: Any, weights: Any, bias: Any, pooled: Any, route: Any) -> None:
        size = pooled.shape[0]
        for n in range(images.shape[0]):
            for row in range(size):
                for column in range(size):
                    y = 2 * stride * row
                    x = 2 * stride * column
                    for c in range(channels):
                        s0 = zero
                        s1 = zero
                        s2 = zero
                        s3 = zero
                        for i in range(kernel):
                            for j in range(kernel):
                                w = weights[i, j, c]
                                s0 += images[n, y + i, x + j] * w
                                s1 += images[n, y + i, x + stride + j] * w
                                s2 += images[n, y + stride + i, x + j] * w
                                s3 += images[n, y + stride + i, x + stride + j] * w
                        which = 0
                        if s1 > s0:
                            s0 = s1
                            which = 1
                        if s2 > s0:
                            s0 = s2
                            which = 2
                        if s3 > s0:
                            s0 = s3
                            which = 3
                        s0 += bias[c]
                        if rectified and s0 <= zero:
                            s0 = zero
                            which = SHUT
                        pooled[row, n, column, c] = s0
                        route[row, n, column, c] = which

    function: Callable[..., None] = forward
    return function


@cache
def first_convolution_backward(
    channels: int, kernel: int, stride: int, dtype: type[Any]
) -> Callable[..., None]:
    """``(images, slope, route, weight_sums, bias_sums)``; adds to the sums.

    Shapes are those of ``first_convolution``; ``slope`` is that of the pooled numbers.
    """
    zero = dtype(0)
    three_by_three = kernel == 3 and stride == 1

    @compiled
    def backward(images: Any, slope: Any, route: Any, weight_sums: Any, bias_sums: Any) -> None:
        size = slope.shape[0]
        routed = np.empty((4, channels), dtype)
        sums = np.empty((kernel, kernel * channels), dtype)  # of one image: short sums round less
        biases = np.empty(channels, dtype)
        for n in range(images.shape[0]):
            sums[:] = zero
            biases[:] = zero
            image = images[n]
            for row in range(size):
                for column in range(size):
                    y = 2 * stride * row
                    x = 2 * stride * column
                    slopes = slope[row, n, column]
                    routes = route[row, n, column]
                    for c in range(channels):
                        s = slopes[c]
                        which = routes[c]
                        routed[0, c] = s if which == 0 else zero
                        routed[1, c] = s if which == 1 else zero
                        routed[2, c] = s if which == 2 else zero
                        routed[3, c] = s if which == 3 else zero
                    for c in range(channels):
                        biases[c] += (routed[0, c] + routed[1, c]) + (routed[2, c] + routed[3, c])
                    for i in range(kernel):
                        upper = image[y + i]
                        lower = image[y + stride + i]
                        if three_by_three:  # the pixels are read once for all three columns
                            u0 = upper[x]
                            u1 = upper[x + 1]
                            u2 = upper[x + 2]
                            u3 = upper[x + 3]
                            l0 = lower[x]
                            l1 = lower[x + 1]
                            l2 = lower[x + 2]
                            l3 = lower[x + 3]
                            for c in range(channels):
                                r0 = routed[0, c]
                                r1 = routed[1, c]
                                r2 = routed[2, c]
                                r3 = routed[3, c]
                                sums[i, c] += u0 * r0 + u1 * r1 + l0 * r2 + l1 * r3
                                sums[i, channels + c] += u1 * r0 + u2 * r1 + l1 * r2 + l2 * r3
                                sums[i, 2 * channels + c] += u2 * r0 + u3 * r1 + l2 * r2 + l3 * r3
                        else:
                            for j in range(kernel):
                                u0 = upper[x + j]
                                u1 = upper[x + stride + j]
                                l0 = lower[x + j]
                                l1 = lower[x + stride + j]
                                here = sums[i, j * channels : (j + 1) * channels]
                                for c in range(channels):
                                    here[c] += (
                                        u0 * routed[0, c]
                                        + u1 * routed[1, c]
                                        + l0 * routed[2, c]
                                        + l1 * routed[3, c]
                                    )
            for i in range(kernel):
                for j in range(kernel):
                    for c in range(channels):
                        weight_sums[i, j, c] += sums[i, j * channels + c]
            for c in range(channels):
                bias_sums[c] += biases[c]

    function: Callable[..., None] = backward
    return function


@compiled
def pool(maps: Any, bias: Any, rectified: bool, pooled: Any, route: Any) -> None:
    """The largest of each 2×2 of ``maps (2P, N, 2P, C)``, plus ``bias (C,)``: ``(P, N, P, C)``."""
    zero = maps.dtype.type(0)
    size, images, _, channels = pooled.shape
    for row in range(size):
        for n in range(images):
            for column in range(size):
                for c in range(channels):
                    largest = maps[2 * row, n, 2 * column, c]
                    s1 = maps[2 * row, n, 2 * column + 1, c]
                    s2 = maps[2 * row + 1, n, 2 * column, c]
                    s3 = maps[2 * row + 1, n, 2 * column + 1, c]
                    which = 0
                    if s1 > largest:
                        largest = s1
                        which = 1
                    if s2 > largest:
                        largest = s2
                        which = 2
                    if s3 > largest:
                        largest = s3
                        which = 3
                    largest += bias[c]
                    if rectified and largest <= zero:
                        largest = zero
                        which = SHUT
                    pooled[row, n, column, c] = largest
                    route[row, n, column, c] = which


@cache
def pooled_convolution_backward(taps: int) -> Callable[..., None]:
    """``(maps, slope, route, weights, weight_sums, bias_sums, maps_slope, kernel, step)``.

    From the slopes of pooled numbers to those of the convolution's input, weights and biases.
    ``slope`` and ``route`` are ``(P, N, P, out)``, the input ``maps`` and its ``maps_slope`` are
    ``(H, N, W · in)``, ``weights (out, taps)`` with ``taps = kernel · kernel · in``. The
    convolution moves ``step`` numbers along a row. ``maps_slope`` is overwritten, the sums are
    added to.
    """

    @compiled
    def backward(
        maps: Any,
        slope: Any,
        route: Any,
        weights: Any,
        weight_sums: Any,
        bias_sums: Any,
        maps_slope: Any,
        kernel: int,
        step: int,
    ) -> None:
        size, images, _, outs = slope.shape
        width = weights.shape[1] // kernel  # as a value of run time: else its loops are unrolled
        stride = step // (width // kernel)
        zero = slope.dtype.type(0)
        patches = np.empty((4, taps), slope.dtype)
        patch_slopes = np.empty((4, taps), slope.dtype)
        chosen = np.empty((SHUT + 1, outs), np.int64)
        counts = np.empty(SHUT + 1, np.int64)
        maps_slope[:] = zero
        for n in range(images):
            for row in range(size):
                for column in range(size):
                    for q in range(4):
                        y = (2 * row + (q >> 1)) * stride
                        x = (2 * column + (q & 1)) * step
                        for i in range(kernel):
                            source = maps[y + i, n, x : x + width]
                            target = patches[q, i * width : i * width + width]
                            for j in range(width):
                                target[j] = source[j]
                        clear = patch_slopes[q]
                        for j in range(taps):
                            clear[j] = zero
                    counts[:] = 0
                    for c in range(outs):
                        q = route[row, n, column, c]
                        chosen[q, counts[q]] = c
                        counts[q] += 1
                    for q in range(4):
                        patch = patches[q]
                        back = patch_slopes[q]
                        k = 0
                        while k < counts[q]:
                            c1 = chosen[q, k]
                            s1 = slope[row, n, column, c1]
                            bias_sums[c1] += s1
                            sums1 = weight_sums[c1]
                            weights1 = weights[c1]
                            if k + 1 < counts[q]:  # two at once, so that ``back`` is touched once
                                c2 = chosen[q, k + 1]
                                s2 = slope[row, n, column, c2]
                                bias_sums[c2] += s2
                                sums2 = weight_sums[c2]
                                weights2 = weights[c2]
                                for j in range(taps):
                                    sums1[j] += s1 * patch[j]
                                    sums2[j] += s2 * patch[j]
                                for j in range(taps):
                                    back[j] += s1 * weights1[j] + s2 * weights2[j]
                            else:
                                for j in range(taps):
                                    sums1[j] += s1 * patch[j]
                                for j in range(taps):
                                    back[j] += s1 * weights1[j]
                            k += 2
                    for q in range(4):
                        y = (2 * row + (q >> 1)) * stride
                        x = (2 * column + (q & 1)) * step
                        for i in range(kernel):
                            target = maps_slope[y + i, n, x : x + width]
                            source = patch_slopes[q, i * width : i * width + width]
                            for j in range(width):
                                target[j] += source[j]

    function: Callable[..., None] = backward
    return function


@compiled
def convolve(maps: Any, weights: Any, columns: Any, out: Any, kernel: int, step: int) -> None:
    """The convolution of ``maps (H, N, W · in)``, without bias: ``out (rows, N, columns, out)``.

    The pixels under a row of the kernel lie side by side. Copied once for each place of the row
    (``columns (H, N, columns, kernel · in)``), they are the rows of a matrix, and the three rows of
    a 3×3 kernel read the same copies, shifted by one row of the maps.
    """
    height, images, places, width = columns.shape
    for row in range(height):
        for n in range(images):
            for place in range(places):
                source = maps[row, n, place * step : place * step + width]
                target = columns[row, n, place]
                for j in range(width):
                    target[j] = source[j]
    rows, _, _, outs = out.shape
    stride = step // (width // kernel)
    runs = 1 if stride == 1 else rows
    row_numbers = images * places * width
    out_numbers = images * places * outs
    shape = (rows // runs * images * places, outs, width)
    for run in range(runs):
        for i in range(kernel):
            multiply(
                shape, columns, (run * stride + i) * row_numbers, width, False,
                weights, i * width, weights.shape[1], True,
                out, run * out_numbers, outs, i > 0,
            )  # fmt: skip


@compiled
def convolve_backward(
    out_slope: Any,
    weights: Any,
    columns: Any,
    column_slopes: Any,
    weight_sums: Any,
    maps_slope: Any,
    kernel: int,
    step: int,
) -> None:
    """From ``out_slope`` to the slopes of the weights (added) and of the maps (overwritten).

    ``columns`` are those that ``convolve`` left.
    """
    height, images, places, width = columns.shape
    rows, _, _, outs = out_slope.shape
    stride = step // (width // kernel)
    runs = 1 if stride == 1 else rows
    row_numbers = images * places * width
    out_numbers = images * places * outs
    count = rows // runs * images * places
    zero = out_slope.dtype.type(0)
    column_slopes[:] = zero
    for run in range(runs):
        for i in range(kernel):
            start = (run * stride + i) * row_numbers
            multiply(
                (outs, width, count), out_slope, run * out_numbers, outs, True,
                columns, start, width, False,
                weight_sums, i * width, weights.shape[1], True,
            )  # fmt: skip
            multiply(
                (count, width, outs), out_slope, run * out_numbers, outs, False,
                weights, i * width, weights.shape[1], False,
                column_slopes, start, width, True,
            )  # fmt: skip
    maps_slope[:] = zero
    for row in range(height):
        for n in range(images):
            for place in range(places):
                target = maps_slope[row, n, place * step : place * step + width]
                source = column_slopes[row, n, place]
                for j in range(width):
                    target[j] += source[j]


@compiled
def pool_to_grid(maps: Any, bias: Any, starts: Any, ends: Any, pooled: Any, place: Any) -> None:
    """Adaptive max pooling (as PyTorch's) of ``maps (H, N, W, C)`` plus ``bias (C,)``.

    Cell i of the grid takes rows ``starts[i]`` to ``ends[i]``, and so for columns. ``pooled`` and
    ``place`` are ``(N, C · cells · cells)``; ``place`` says where the largest number lies, counted
    from the image's first.
    """
    cells = len(starts)
    _, images, width, channels = maps.shape
    row_numbers = images * width * channels
    largest = np.empty((cells * cells, channels), maps.dtype)
    at = np.empty((cells * cells, channels), np.int32)
    for n in range(images):
        for i in range(cells):
            for j in range(cells):
                best = largest[i * cells + j]
                where = at[i * cells + j]
                for row in range(starts[i], ends[i]):
                    for column in range(starts[j], ends[j]):
                        here = maps[row, n, column]
                        index = np.int32(row * row_numbers + column * channels)
                        if row == starts[i] and column == starts[j]:
                            for c in range(channels):
                                best[c] = here[c]
                                where[c] = index
                            continue
                        for c in range(channels):
                            more = here[c] > best[c]
                            best[c] = here[c] if more else best[c]
                            where[c] = index if more else where[c]
        values = pooled[n]
        places = place[n]
        for c in range(channels):
            shift = bias[c]
            for cell in range(cells * cells):
                values[c * cells * cells + cell] = largest[cell, c] + shift
                places[c * cells * cells + cell] = at[cell, c] + np.int32(c)


@compiled
def pool_to_grid_backward(slope: Any, place: Any, maps_slope: Any, bias_sums: Any) -> None:
    """The slopes ``(N, C · cells²)`` of pooled numbers, brought to ``maps_slope (H, N, W, C)``."""
    zero = slope.dtype.type(0)
    _, images, width, channels = maps_slope.shape
    cells = slope.shape[1] // channels
    numbers = maps_slope.reshape(-1)
    numbers[:] = zero
    for n in range(images):
        slopes = slope[n]
        places = place[n]
        first = n * width * channels
        for c in range(channels):
            total = zero
            for cell in range(cells):
                s = slopes[c * cells + cell]
                numbers[first + places[c * cells + cell]] += s
                total += s
            bias_sums[c] += total
