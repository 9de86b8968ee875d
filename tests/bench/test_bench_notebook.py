"""The notebook's data are those of the experiment's text; its loop is tested with the training."""

from __future__ import annotations

import torch
from PIL import Image
from torchvision.transforms.functional import normalize, to_tensor

from rottui.bench.notebook import notebook_data
from rottui.core.config import RunConfig
from rottui.core.data.dataset import Dataset
from rottui.core.training import Training


def test_images_are_normalised_as_to_tensor_and_normalize_do(tiny_dataset: Dataset) -> None:
    found = notebook_data(tiny_dataset).x_train
    for image, pixels in zip(found, tiny_dataset.train.images, strict=True):
        assert torch.equal(image, normalize(to_tensor(Image.fromarray(pixels[0])), (0.5,), (0.5,)))


def test_angles_are_standardised_by_the_train_split(tiny_dataset: Dataset) -> None:
    data = notebook_data(tiny_dataset, torch.float64)
    assert data.y_train.shape == (60, 1)
    torch.testing.assert_close(data.y_train.mean(), torch.tensor(0.0, dtype=torch.float64))
    torch.testing.assert_close(data.y_train.std(), torch.tensor(1.0, dtype=torch.float64))
    assert abs(data.y_test.std().item() - 1) > 1e-3


def test_both_sides_train_on_the_same_numbers(tiny_dataset: Dataset) -> None:
    notebook, ours = notebook_data(tiny_dataset), Training(RunConfig(), tiny_dataset)
    assert torch.equal(notebook.x_train, ours.train_tensors[0])
    torch.testing.assert_close(notebook.y_test, ours.test_tensors[1])
