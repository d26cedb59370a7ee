"""Trains the reader (assistant/reader.py) on questions with the evidence that was found for each.

Low-rank changes to the upper half of the bundled model (LoRA, by peft) and a weighted sum of the
mean-pooled last layer, trained by cross-entropy on whether the documents answer. In three of ten
readings the questions beside passages are left away, so that it also reads where nobody wrote any.
On a CPU, drawing dropout's random numbers takes two fifths of the time; so they are drawn once, and
attention, where they cannot be handed in, has none.
"""

from __future__ import annotations

import random
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from assistant.reader import MAX_TOKENS, Adapter, evidence_text, question_text
from corpus.encoder_graph import ADAPTABLE

RANK = 16
ADAPTED_LAYERS = 6
EPOCHS = 4
BATCH = 16
BUCKET = 20  # batches among which texts are sorted by length, so that little is padded
LEARNING_RATE = 1e-3
WARM_UP = 0.05  # of all steps
WITHOUT_BESIDE = 0.3
DRAWN = 1 << 26  # random numbers for dropout
SEED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A question with the evidence that was found, and whether the documents answer it."""

    question: str
    statements: tuple[str, ...]
    beside: tuple[str, ...]
    answerable: bool


def train(examples: Sequence[Example], folder: Path) -> Adapter:
    """The adapter of the model in `folder` (a BERT encoder), learnt from the examples."""
    torch.manual_seed(SEED)
    rng = random.Random(SEED)
    tokenizer, model = _load(folder)
    head = torch.nn.Linear(model.config.hidden_size, 1)
    learnt = [*(one for one in model.parameters() if one.requires_grad), *head.parameters()]
    optimizer = torch.optim.AdamW(learnt, lr=LEARNING_RATE, weight_decay=0.01)
    steps = EPOCHS * -(-len(examples) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / (WARM_UP * steps)) * (1 - step / steps)
    )
    halves = _computes_in_halves()
    recent: list[float] = []
    with click.progressbar(length=steps, label="Training the reader", file=sys.stderr) as bar:
        for _ in range(EPOCHS):
            for batch in _batches(examples, rng):
                inputs = _inputs(batch, tokenizer, rng)
                wanted = torch.tensor([float(one.answerable) for one in batch])
                with torch.autocast("cpu", torch.bfloat16, enabled=halves):
                    hidden = model(**inputs).last_hidden_state
                mask = inputs["attention_mask"][..., None]
                pooled = (hidden.float() * mask).sum(1) / mask.sum(1)
                loss = binary_cross_entropy_with_logits(head(pooled)[:, 0], wanted)
                optimizer.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                torch.nn.utils.clip_grad_norm_(learnt, 1.0)
                optimizer.step()
                schedule.step()
                recent = [*recent[-99:], float(loss.detach())]
                bar.update(1)
    click.echo(f"reader: {len(examples)} examples, cross-entropy {np.mean(recent):.3f} at the end")
    return _adapter(model, head)


def _computes_in_halves() -> bool:
    """Whether the CPU itself knows bfloat16: without, it takes fifteen times as long."""
    known = torch.cpu.get_capabilities()
    return bool(known.get("avx512_bf16") or known.get("amx_bf16"))


def _load(folder: Path) -> tuple[Any, Any]:
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModel, AutoTokenizer

    model = AutoModel.from_pretrained(folder, attn_implementation="eager")
    count = model.config.num_hidden_layers
    targets = [
        f"encoder.layer.{layer}.{name}"
        for layer in range(count - ADAPTED_LAYERS, count)
        for name in ADAPTABLE
    ]
    config = LoraConfig(r=RANK, lora_alpha=RANK, lora_dropout=0.05, target_modules=targets)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers by an older name
        adapted = get_peft_model(model, config)
    drawn = torch.rand(DRAWN, dtype=torch.float32).to(torch.bfloat16)
    for module in list(adapted.modules()):
        for name, inner in list(module.named_children()):
            if isinstance(inner, torch.nn.Dropout):
                of_attention = hasattr(module, "query")
                setattr(module, name, _Dropout(0.0 if of_attention else inner.p, drawn))
    return AutoTokenizer.from_pretrained(folder), adapted.train()


class _Dropout(torch.nn.Module):
    """Dropout by numbers drawn before, from another place among them each time."""

    def __init__(self, share: float, drawn: torch.Tensor) -> None:
        super().__init__()
        self.p = share  # as torch's own is asked for it
        self._drawn = drawn

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        if not self.training or not self.p:
            return hidden
        first = int(torch.randint(len(self._drawn) - hidden.numel(), ()))
        kept = self._drawn[first : first + hidden.numel()].view(hidden.shape) >= self.p
        return hidden * (kept.to(hidden.dtype) / (1 - self.p))


def _batches(examples: Sequence[Example], rng: random.Random) -> Iterator[list[Example]]:
    """All examples once, in batches of about one length, in random order."""
    order = rng.sample(list(examples), len(examples))
    batches = []
    for first in range(0, len(order), BATCH * BUCKET):
        bucket = sorted(order[first : first + BATCH * BUCKET], key=_length)
        batches += [bucket[n : n + BATCH] for n in range(0, len(bucket), BATCH)]
    rng.shuffle(batches)
    yield from batches


def _length(example: Example) -> int:
    return len(evidence_text(example.statements, example.beside))


def _inputs(batch: Sequence[Example], tokenizer: Any, rng: random.Random) -> dict[str, Any]:
    evidence = [
        evidence_text(one.statements, () if rng.random() < WITHOUT_BESIDE else one.beside)
        for one in batch
    ]
    encoded = tokenizer(
        [question_text(one.question) for one in batch],
        evidence,
        truncation="longest_first",
        max_length=MAX_TOKENS,
        padding=True,
        return_tensors="pt",
    )
    return {name: encoded[name] for name in ("input_ids", "attention_mask")}


def _adapter(model: Any, head: torch.nn.Linear) -> Adapter:
    pairs = {}
    for name, module in model.named_modules():
        if hasattr(module, "lora_A"):
            own = name.removeprefix("base_model.model.")
            down = module.lora_A["default"].weight.detach().float().numpy()
            up = module.lora_B["default"].weight.detach().float().numpy()
            pairs[own] = (down, up * module.scaling["default"])
    weights = head.weight.detach().numpy()[0].astype(np.float32)
    return Adapter(pairs, weights, float(head.bias.detach()[0]))
