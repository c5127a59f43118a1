"""Tensors that live in a transform of torch.func."""

import torch
from torch import Tensor

_wrapped = getattr(getattr(torch._C, "_functorch", None), "is_functorch_wrapped_tensor", None)


def transformed(*tensors: Tensor) -> bool:
    """Whether one of the tensors stands for what `vmap` or `grad` maps; a compiler follows these by itself."""
    if _wrapped is None or torch.compiler.is_compiling():
        return False
    return any(_wrapped(tensor) for tensor in tensors)
