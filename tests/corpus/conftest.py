import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.embedding import EmbeddingModel, WheelEmbeddings


@pytest.fixture(scope="session")
def model_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home whose bundled model is converted and exported once for all tests of the session."""
    home = tmp_path_factory.mktemp("home")
    yield home
    shutil.rmtree(home)


@pytest.fixture
def roomy_path(tmp_path: Path) -> Iterator[Path]:
    """A temporary folder for a model; pytest would keep the last three, at 700 MB each."""
    yield tmp_path
    shutil.rmtree(tmp_path)


@pytest.fixture(scope="session")
def bundled_model(model_home: Path) -> EmbeddingModel:
    return EmbeddingModel(model="bundled", home=model_home)


@pytest.fixture(scope="session")
def wheel_embeddings() -> WheelEmbeddings:
    return WheelEmbeddings()
