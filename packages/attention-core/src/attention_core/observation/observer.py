"""Seeing what a model attends to while it runs."""

import inspect
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any, Literal

import torch
from jaxtyping import Shaped
from torch import Tensor, nn
from torch.nn import functional as F

from attention_core import functional
from attention_core.errors import AttentionError
from attention_core.maps import AttentionMap
from attention_core.observation.calls import FusedCalls, native_attention, native_layer
from attention_core.observation.graph import EdgeCalls
from attention_core.observation.seen import Seen
from attention_core.observation.watching import Function, heard_by, resolve, watch
from attention_core.observation.whereabouts import Whereabouts

Keep = Literal["maps", "summary"] | Callable[[AttentionMap], Any]


@contextmanager
def observe(
    model: nn.Module,
    layers: str | Sequence[str] | None = None,
    keep: Keep = "maps",
    groups: Shaped[Tensor, "..."] | None = None,
    k: int | None = None,
) -> Iterator[Seen]:
    """The map of every attention that the model computes inside the `with`, by the path of its module.

    Seen are all calls of `attend`, of `F.scaled_dot_product_attention`, of `nn.MultiheadAttention` and
    `nn.TransformerEncoder` on and off their fast paths, and PyG's attention layers. No output changes by a bit
    and no fused path is left. Modules must be called, not their `forward`; what a backward pass recomputes is
    not seen again.

    Maps are of the undropped weights; masks of numbers are read by `split_mask`. Of sequences that
    `nn.TransformerEncoder` packs, the map is as long as the longest, and padding has no row. Observations may
    be nested, and each sees only the thread that opened it. Compiled and scripted models are refused; a
    function compiled inside a model has its graph broken at each attention while the model is observed.

    Args:
        model: any module.
        layers: which modules to see, by paths or patterns (`encoder.layers.[05].*`), where a module stands
            for all modules inside it. All where none is given.
        keep: "maps" keeps the maps, which refer to query, key and their graph; "summary" keeps
            `summary(groups, k)` of each and lets go of the map at once; a function keeps what it returns.
        groups: groups of keys, for the summary.
        k: how many of the largest weights, for the summary.

    Raises:
        AttentionError: if the model is compiled or scripted, if a pattern meets no module, if groups or k are
            given for anything but a summary; and from the forward, if a call cannot be read.
    """
    _refuse_compiled(model)
    whereabouts = Whereabouts(model)
    chosen = _chosen(list(whereabouts.paths.values()), layers)
    observer = _Observer(whereabouts, chosen, _keeper(keep, groups, k))
    with whereabouts.followed(), observer.edges.followed(), watch(observer.readers, model, observer.called):
        yield observer.seen


class _Observer:
    """Reads each call by the function that was called, and keeps what is asked of its map."""

    def __init__(self, whereabouts: Whereabouts, chosen: frozenset[str], keep: Callable[[AttentionMap], Any]):
        self.seen = Seen()
        self.edges = EdgeCalls(whereabouts, self._take)
        self.readers = {function: read for function, read in self._sources() if function is not None}
        self._whereabouts = whereabouts
        self._chosen = chosen
        self._keep = keep
        self._read_fused = FusedCalls()

    def called(self, function: Function, args: tuple, kwargs: dict[str, Any], result: Any) -> None:
        """Read a call that a module of the model has made."""
        module = self._whereabouts.module()
        if module is not None and function in self.readers:
            self.readers[function](module, args, kwargs, result)

    def _sources(self) -> Iterator[tuple[Function | None, Callable]]:
        yield resolve(functional, "attended"), self._own
        yield resolve(F, "scaled_dot_product_attention"), self._fused
        yield resolve(F, "multi_head_attention_forward"), self._explicit
        yield resolve(torch, "_native_multi_head_attention"), self._native
        yield resolve(torch, "_transformer_encoder_layer_fwd"), self._native_layer
        if "torch_geometric" in sys.modules:
            yield resolve(sys.modules["torch_geometric"].utils, "softmax"), self._softmax

    def _own(self, module: nn.Module, args: tuple, kwargs: dict[str, Any], result: Any) -> None:
        self._take(module, lambda: result.attention)

    def _fused(self, module: nn.Module, args: tuple, kwargs: dict[str, Any], result: Any) -> None:
        self._take(module, lambda: self._read_fused(*args, **kwargs))

    def _explicit(self, module: nn.Module, args: tuple, kwargs: dict[str, Any], result: Any) -> None:
        """Where torch forms the weights, it is called once more on its fused path, whose call is read."""
        given = inspect.signature(F.multi_head_attention_forward).bind(*args, **kwargs).arguments
        if given.get("need_weights", True) and self._whereabouts.paths[module] in self._chosen:
            # Not training, or dropout would draw random numbers; not by the hint, for the mask is what counted.
            fused: dict[str, Any] = {"need_weights": False, "training": False, "is_causal": False}
            with heard_by(self.called):
                F.multi_head_attention_forward(**given | fused)

    def _native(self, module: nn.Module, args: tuple, kwargs: dict[str, Any], result: Any) -> None:
        self._take(module, lambda: native_attention(*args, **kwargs))

    def _native_layer(self, module: nn.Module, args: tuple, kwargs: dict[str, Any], result: Any) -> None:
        # The layer hands over the weights of its attention, and never calls that module.
        self._take(getattr(module, "self_attn", module), lambda: native_layer(*args, **kwargs))

    def _softmax(self, module: nn.Module, args: tuple, kwargs: dict[str, Any], result: Any) -> None:
        self.edges.softmax_called(module, result)

    def _take(self, module: nn.Module, read: Callable[[], AttentionMap]) -> None:
        path = self._whereabouts.paths[module]
        if path not in self._chosen:
            return
        try:
            self.seen.add(path, self._keep(read()))
        except AttentionError as error:
            name = path or "the model itself"
            raise AttentionError(f"{name}: {error}\n  or choose what to see by layers=…") from error


def _keeper(keep: Keep, groups: Tensor | None, k: int | None) -> Callable[[AttentionMap], Any]:
    if keep == "summary":
        return lambda attention: attention.summary(groups=groups, k=k)
    if groups is not None or k is not None:
        raise AttentionError(
            f"groups and k are for keep='summary', and keep is {keep!r}.\n"
            "  ask what is kept for mass(groups) and topk(k)"
        )
    if keep == "maps":
        return lambda attention: attention
    if not callable(keep):
        raise AttentionError(f"keep is {keep!r}; expected 'maps', 'summary', or a function of a map.")
    return keep


def _chosen(paths: list[str], layers: str | Sequence[str] | None) -> frozenset[str]:
    if layers is None:
        return frozenset(paths)
    patterns = [layers] if isinstance(layers, str) else layers
    return frozenset(path for pattern in patterns for path in _matches(paths, pattern))


def _matches(paths: list[str], pattern: str) -> list[str]:
    found = [path for path in paths if fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern}.*")]
    if not found:
        near = get_close_matches(pattern, paths, n=1, cutoff=0)
        raise AttentionError(
            f"layers={pattern!r} meets no module of the model.\n  did you mean {near[0] if near else ''!r}?"
        )
    return found


def _refuse_compiled(model: nn.Module) -> None:
    for path, module in model.named_modules():
        if isinstance(module, torch.jit.ScriptModule):
            raise AttentionError(
                f"{path or 'the model'} is scripted: it calls attention where nobody can see it.\n"
                "  observe the module that it was made from"
            )
        if hasattr(module, "_orig_mod") or module._compiled_call_impl is not None:
            raise AttentionError(
                f"{path or 'the model'} is compiled: to see its attention, its graph would have to be broken.\n"
                "  observe the module that it was made from (`_orig_mod`), which shares its parameters"
            )
