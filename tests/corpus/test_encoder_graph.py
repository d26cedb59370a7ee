import numpy as np
import pytest

from corpus.embedding import TextKind
from corpus.encoder_graph import ADAPTABLE, LAYER, EncoderWeights, build_graph
from corpus.errors import EmbeddingError

TEXTS = (
    "Hvem godkjenner?",
    "The municipality shall cooperate with NTNU and SINTEF on research. " * 5,
)


@pytest.fixture(scope="module")
def weights(bundled_model):
    return EncoderWeights(bundled_model.folder)


def pooled(weights, changes, token_ids):
    import openvino

    options = {"INFERENCE_PRECISION_HINT": "f32"}
    compiled = openvino.Core().compile_model(build_graph(weights, changes), "CPU", options)
    return compiled([weights.embed(token_ids)])[0]


@pytest.mark.parametrize("text", TEXTS)
def test_the_graph_gives_the_vectors_of_the_model_that_it_is_built_from(
    weights, bundled_model, text
):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(bundled_model.folder / "tokenizer.json"))
    found = pooled(weights, {}, tokenizer.encode("query: " + text).ids)
    (expected,) = bundled_model.bulk().encode([text], TextKind.QUERY)
    # Bulk embedding may compute in bf16.
    assert found @ expected / np.linalg.norm(found) > 0.9999


def test_a_change_is_added_to_its_matrix(weights):
    ids = [0, 41, 1234, 2]
    name = LAYER.format(11) + ADAPTABLE[-1]
    shape = weights.tensor(f"{name}.weight").shape
    change = np.random.default_rng(0).normal(scale=0.05, size=shape).astype(np.float32)
    plain, changed, back = (
        pooled(weights, changes, ids) for changes in ({}, {name: change}, {name: change * 0})
    )
    assert np.abs(changed - plain).max() > 0.01
    assert back == pytest.approx(plain, abs=1e-6)


def test_a_folder_that_is_no_model_is_told(tmp_path):
    with pytest.raises(EmbeddingError, match="Cannot read the model"):
        EncoderWeights(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"not tensors")
    with pytest.raises(EmbeddingError, match="Cannot read the model"):
        EncoderWeights(tmp_path)
