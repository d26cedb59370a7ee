"""Bulk embedding by sentence-transformers on OpenVINO and torch, with the real model."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.embedding import EmbeddingModel, TextKind, WheelEmbeddings, make_embeddings
from corpus.errors import EmbeddingError
from corpus.model_source import find_model, folder_digest, own_prefixes, wanted_files
from corpus.transformer_embedding import Piece, TransformerEmbeddings, token_batches

DOCUMENT = Path(__file__).parents[2] / "corpus" / "documents" / "fou-side.txt"


@pytest.fixture(scope="module")
def passages() -> list[str]:
    sentences = re.split(r"(?<=\.)\s+", DOCUMENT.read_text(encoding="utf-8"))
    return [" ".join(sentences[n : n + 4]) for n in range(0, 80, 4)]


@pytest.fixture(scope="module")
def bulk(bundled_model: EmbeddingModel) -> TransformerEmbeddings:
    return bundled_model.bulk()


@pytest.fixture(scope="module")
def exact(model_home: Path, bulk: TransformerEmbeddings) -> TransformerEmbeddings:
    """torch in float32: what the other engines are compared with."""
    embeddings = EmbeddingModel(model="bundled", home=model_home, backend="torch").bulk()
    embeddings.model.float()
    for hook in list(embeddings.model[0]._forward_hooks):
        del embeddings.model[0]._forward_hooks[hook]
    return embeddings


def worst_cosine(left: np.ndarray, right: np.ndarray) -> float:
    return float(np.min(np.sum(left * right, axis=1)))


def test_the_engines_agree(bulk, exact, wheel_embeddings, passages) -> None:
    vectors = bulk.encode_passages(passages)
    assert worst_cosine(vectors, exact.encode_passages(passages)) > 0.9999
    # The wheel's engine rounds activations to 8 bits.
    assert worst_cosine(vectors, wheel_embeddings.encode_passages(passages)) > 0.9995
    questions = ["REK?", "Hvem må godkjenne innsamling av helseopplysninger?", "Smart city"]
    found = bulk.encode_queries(questions)
    assert worst_cosine(found, wheel_embeddings.encode_queries(questions)) > 0.9995
    assert bulk.fingerprint == wheel_embeddings.fingerprint


def test_torch_agrees_too(model_home, exact, passages) -> None:
    embeddings = make_embeddings(
        model="bundled", home=model_home, light=False, device="cpu", backend="torch"
    )
    assert embeddings.backend in ("torch bf16", "torch f32")
    vectors = embeddings.encode_passages(passages)
    assert worst_cosine(vectors, exact.encode_passages(passages)) > 0.9998


def test_sentence_transformers_gives_our_vectors(exact, passages) -> None:
    theirs = exact.model.encode(["passage: " + text for text in passages[:6]])
    assert worst_cosine(exact.encode_passages(passages[:6]), theirs) > 0.999999
    by_prompt = exact.model.encode_query("Hvem er REK?")
    assert float(by_prompt @ exact.encode_queries(["Hvem er REK?"])[0]) > 0.999999


def test_the_openvino_model_is_a_sentence_transformer_still(bulk, passages) -> None:
    theirs = bulk.model.encode(["passage: " + text for text in passages[:6]])
    assert worst_cosine(bulk.encode_passages(passages[:6]), theirs) > 0.9999


def test_the_order_of_the_texts_is_kept_and_all_are_counted(bulk, passages) -> None:
    mixed = [passages[0] * 3, "Kort.", passages[1], "", passages[2] * 8, "Ord"]
    done: list[int] = []
    together = bulk.encode_passages(iter(mixed), done.append)
    assert sum(done) == len(mixed)
    for text, vector in zip(mixed, together, strict=True):
        assert float(bulk.encode_passages([text])[0] @ vector) > 0.9999
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


def test_a_text_beyond_the_model_is_embedded_to_its_end(
    exact, wheel_embeddings: WheelEmbeddings, passages
) -> None:
    long = " ".join(passages[:12])
    longer = long + " Munkholmen ligger i Trondheimsfjorden og har kafé om sommeren. " * 20
    vectors = exact.encode_passages([long, longer])
    assert float(vectors[0] @ vectors[1]) < 0.999
    assert worst_cosine(vectors, wheel_embeddings.encode_passages([long, longer])) > 0.9998


def test_texts_are_read_as_they_are_needed(bulk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.transformer_embedding.WINDOW_TEXTS", 8)
    read = 0

    def texts() -> Iterator[str]:
        nonlocal read
        for n in range(40):
            read += 1
            yield f"Tiltak {n}"

    parts = bulk.stream(texts(), TextKind.PASSAGE)
    assert next(parts).shape == (8, 384)
    assert read == 8
    assert sum(len(part) for part in parts) == 32


def test_no_texts_give_no_vectors(bulk) -> None:
    assert bulk.encode_passages([]).shape == (0, 384)


def test_langchain_gets_lists(bulk) -> None:
    assert len(bulk.embed_query("REK")) == 384
    assert [len(vector) for vector in bulk.embed_documents(["a", "b"])] == [384, 384]


@given(st.lists(st.integers(1, 600), max_size=80), st.integers(1, 2000))
def test_batches_hold_every_piece_once_within_the_budget(lengths: list[int], budget: int) -> None:
    pieces = [Piece(text=n, tokens=[0] * length) for n, length in enumerate(lengths)]
    batches = list(token_batches(pieces, budget))
    assert sorted(p.text for batch in batches for p in batch) == list(range(len(lengths)))
    for batch in batches:
        width = max(len(piece.tokens) for piece in batch)
        assert len(batch) == 1 or len(batch) * width <= budget


def test_the_backend_says_what_it_is(bulk) -> None:
    assert re.fullmatch(r"(openvino|torch) (bf16|f32)", bulk.backend)
    assert bulk.backend.startswith("openvino") == (bulk.backend_reason is None)


def test_openvino_on_a_gpu_is_an_error_not_a_fallback(model_home) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(EmbeddingError, match="DEVICE=cpu"):
        EmbeddingModel(model="bundled", home=model_home, device="cuda").bulk()


def test_another_model_by_path_has_its_own_prefixes_and_fingerprint(
    bulk, bundled_model, model_home, roomy_path, passages
) -> None:
    copy = roomy_path / "nb-embed"
    shutil.copytree(bundled_model._folder, copy, ignore=shutil.ignore_patterns("openvino*"))
    settings = copy / "config_sentence_transformers.json"
    content = json.loads(settings.read_text())
    settings.write_text(json.dumps({**content, "prompts": {}}))
    other = EmbeddingModel(model=str(copy), home=roomy_path, passage_prefix="passage: ")
    embeddings = other.bulk()
    assert (
        worst_cosine(embeddings.encode_passages(passages[:3]), bulk.encode_passages(passages[:3]))
        > 0.9999
    )
    plain = bulk.model.encode(["Hvem er REK?"])
    assert worst_cosine(embeddings.encode_queries(["Hvem er REK?"]), plain) > 0.9999
    assert other.fingerprint.startswith("nb-embed@")
    assert other.fingerprint != EmbeddingModel(model=str(copy), home=roomy_path).fingerprint
    assert other.light() is embeddings
    # Its graph is kept in the home; the user's folder is left alone.
    assert sorted(p.name for p in copy.iterdir()) == sorted(
        p.name for p in bundled_model._folder.iterdir() if not p.name.startswith("openvino")
    )


def test_a_changed_file_changes_the_fingerprint_and_a_readme_does_not(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    first = folder_digest(tmp_path)
    (tmp_path / "README.md").write_text("hei")
    assert folder_digest(tmp_path) == first
    (tmp_path / "config.json").write_text('{"a": 1}')
    assert folder_digest(tmp_path) != first


def test_a_hub_snapshot_is_named_by_its_commit(tmp_path: Path) -> None:
    folder = tmp_path / "snapshots" / "0123abcd"
    folder.mkdir(parents=True)
    assert folder_digest(folder) == "0123abcd"


def test_only_the_files_that_are_read_are_fetched() -> None:
    files = [
        "README.md",
        "config.json",
        "model.safetensors",
        "pytorch_model.bin",
        "2_Dense/pytorch_model.bin",
        "onnx/model.onnx",
        "openvino/openvino_model.bin",
        "tf_model.h5",
    ]
    assert wanted_files(files) == [
        "README.md",
        "config.json",
        "model.safetensors",
        "2_Dense/pytorch_model.bin",
    ]


def test_a_models_own_prompts_are_its_prefixes(tmp_path: Path) -> None:
    assert own_prefixes(tmp_path) is None
    path = tmp_path / "config_sentence_transformers.json"
    path.write_text('{"prompts": {"query": "q: ", "document": ""}}')
    prefixes = own_prefixes(tmp_path)
    assert prefixes is not None
    assert (prefixes.query, prefixes.passage) == ("q: ", "")
    path.write_text("{")
    with pytest.raises(EmbeddingError, match="damaged"):
        own_prefixes(tmp_path)


def test_a_folder_that_is_not_there_is_an_error() -> None:
    with pytest.raises(EmbeddingError, match="no model folder"):
        find_model("/no/such/model")


def test_a_folder_without_a_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="does not load"):
        EmbeddingModel(model=str(tmp_path), home=tmp_path).bulk()
