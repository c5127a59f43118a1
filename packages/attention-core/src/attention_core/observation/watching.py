"""Functions watched wherever a module of this process holds them under a name."""

import functools
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import nn

Function = Callable[..., Any]
Listener = Callable[[Function, tuple, dict[str, Any], Any], None]


class _Place(NamedTuple):
    """A name under which a stand-in was put."""

    namespace: dict[str, Any]
    name: str
    before: Any
    after: Any


_lock = threading.Lock()
_listeners: tuple[Listener, ...] = ()  # replaced and never changed, for it is read without the lock
_hearing = threading.local()
_stand_ins: dict[tuple[Function, bool], Function] = {}
_places: list[_Place] = []


def resolve(module: object, name: str) -> Function | None:
    """The function that a module offers, also while a stand-in is in its place; None where it offers none."""
    held = getattr(module, name, None)
    return next((function for (function, _), stand_in in _stand_ins.items() if stand_in is held), held)


@contextmanager
def watch(functions: Iterable[Function], model: nn.Module, listener: Listener) -> Iterator[None]:
    """Call `listener(function, args, kwargs, result)` after every call of one of the functions.

    A stand-in, which calls the function itself, takes its place in the namespace of every imported module and
    in the attributes of the model's modules; the last to leave puts back what was there. A function mode
    would find more, but under a mode torch turns the fast paths of its own layers off. What keeps a function
    in a closure, a class attribute or a default argument calls it unseen.
    """
    global _listeners
    with _lock:
        _put_in_place({id(function): function for function in functions}, model)
        _listeners = (*_listeners, listener)
    try:
        yield
    finally:
        with _lock:
            _listeners = tuple(other for other in _listeners if other is not listener)
            if not _listeners:
                _put_back()


@contextmanager
def heard_by(*listeners: Listener) -> Iterator[None]:
    """Let only these hear of calls in this thread."""
    before = _current()
    _hearing.listeners = listeners
    try:
        yield
    finally:
        _hearing.listeners = before


def _current() -> tuple[Listener, ...] | None:
    return getattr(_hearing, "listeners", None)


def opaque(function: Function) -> Function:
    """A function that torch's compiler steps around; as it is where the compiler, slow to load, was not."""
    reason = "attention_core.observe is watching"
    return torch.compiler.disable(function, reason=reason) if _compiler_loaded() else function


def _compiler_loaded() -> bool:
    return "torch._dynamo" in sys.modules


def _put_in_place(functions: dict[int, Function], model: nn.Module) -> None:
    for namespace in _namespaces(model):
        for name, held in list(namespace.items()):
            partial = type(held) is functools.partial  # isinstance would ask the object, which may warn
            function = functions.get(id(held.func if partial else held))
            if function is None:
                continue
            after = _stand_in(function)
            if partial:
                after = functools.partial(after, *held.args, **held.keywords)
            namespace[name] = after
            _places.append(_Place(namespace, name, held, after))


def _namespaces(model: nn.Module) -> list[dict[str, Any]]:
    """Those of Python modules, but for torch's native ones, which its compiler reads; and of the model."""
    imported = [module for name, module in list(sys.modules.items()) if not name.startswith("torch._C")]
    holders = [*imported, *model.modules()]
    return [vars(holder) for holder in holders if isinstance(getattr(holder, "__dict__", None), dict)]


def _put_back() -> None:
    while _places:
        place = _places.pop()
        if place.namespace.get(place.name) is place.after:
            place.namespace[place.name] = place.before


def _stand_in(function: Function) -> Function:
    key = function, _compiler_loaded()
    if key not in _stand_ins:
        _stand_ins[key] = opaque(_reporting(function))
    return _stand_ins[key]


def _reporting(function: Function) -> Function:
    @functools.wraps(function)
    def call(*args, **kwargs):
        result = function(*args, **kwargs)
        hearing = _current()
        for listener in _listeners if hearing is None else hearing:
            with heard_by():  # a listener's own calls are nobody's business
                listener(function, args, kwargs, result)
        return result

    return call
