"""Which module of a model is at work."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook

from attention_core.observation.watching import opaque


class Whereabouts:
    """The path of the innermost module at work, in the thread that follows.

    It is followed by hooks on all modules: under a hook of its own, or of a part of it,
    `nn.TransformerEncoderLayer` leaves its fast path.
    """

    def __init__(self, model: nn.Module):
        self.paths = {module: path for path, module in model.named_modules()}
        self._thread = threading.get_ident()
        self._at_work: list[nn.Module] = []

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Follow the modules as they are called."""
        handles = (
            register_module_forward_pre_hook(opaque(self._enter)),
            register_module_forward_hook(opaque(self._leave), always_call=True),
        )
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def module(self) -> nn.Module | None:
        """The innermost module at work; none in another thread, nor where a backward pass recomputes."""
        if not self._at_work or threading.get_ident() != self._thread or _in_backward():
            return None
        return self._at_work[-1]

    def _enter(self, module: nn.Module, args: tuple) -> None:
        if module in self.paths and threading.get_ident() == self._thread:
            self._at_work.append(module)

    def _leave(self, module: nn.Module, args: tuple, output: object) -> None:
        if module in self.paths and threading.get_ident() == self._thread:
            while self._at_work and self._at_work.pop() is not module:
                pass


def _in_backward() -> bool:
    task = getattr(torch._C, "_current_graph_task_id", None)
    return task is not None and task() != -1
