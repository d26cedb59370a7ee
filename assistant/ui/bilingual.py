"""Components whose texts follow the language switch.

Each component is registered with the properties that hold text; a switch answers with one update
for each component. Values stay as they are, except the choices of a list, which are made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import gradio as gr
from gradio.blocks import Block

from assistant.ui.texts import DEFAULT, Interface, say

C = TypeVar("C", bound=Block)
Maker = Callable[[Interface], Any]


class Bilingual:
    """The registered components, in the order they were added."""

    def __init__(self) -> None:
        self._texts: list[tuple[Block, Mapping[str, Maker]]] = []

    @property
    def components(self) -> list[Block]:
        """What an update of all of them has as outputs."""
        return [component for component, _ in self._texts]

    def add(self, component: C, **properties: str | Maker) -> C:
        """Register a component: a property is a key of TEXTS or a function of the language."""
        makers = {
            name: _saying(value) if isinstance(value, str) else value
            for name, value in properties.items()
        }
        self._texts.append((component, makers))
        for name, make in makers.items():
            setattr(component, name, make(DEFAULT))
        return component

    def updates(self, language: Interface) -> Sequence[Any]:
        """One update for each component, in the order of `components`."""
        return [
            gr.update(**{name: make(language) for name, make in makers.items()})
            for _, makers in self._texts
        ]


def _saying(key: str) -> Maker:
    return lambda language: say(key, language)
