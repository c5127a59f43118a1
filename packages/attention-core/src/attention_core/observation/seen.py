"""What was seen of a model, by the paths of its modules."""

from collections import Counter
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from attention_core.errors import AttentionError


class NotSeenError(AttentionError, KeyError):
    """No attention was seen under this name."""

    def __str__(self) -> str:
        """The message as it is, where a KeyError would quote it."""
        return str(self.args[0])


class Seen(Mapping[str, Any]):
    """What each call of an attention left, in the order of the calls.

    A name is the path of the module whose forward made the call, "" for the model itself. Later calls of the
    same module are numbered from one: `attn`, `attn[1]`, `attn[2]`.
    """

    def __init__(self):
        self._kept: dict[str, Any] = {}
        self._calls: Counter[str] = Counter()

    def add(self, path: str, kept: Any) -> None:
        """Put what is kept of the next call of a module."""
        number = self._calls[path]
        self._kept[f"{path}[{number}]" if number else path] = kept
        self._calls[path] += 1

    def clear(self) -> None:
        """Let go of what is kept, and number calls anew."""
        self._kept.clear()
        self._calls.clear()

    def __getitem__(self, name: str) -> Any:
        """What the call of this name left.

        Raises:
            NotSeenError: if there was none, which is a KeyError as well.
        """
        if name not in self._kept:
            raise NotSeenError(self._missing(name))
        return self._kept[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def __repr__(self) -> str:
        lines = [f"  {name!r}: {_brief(kept)}" for name, kept in self._kept.items()]
        return "\n".join([f"Seen({len(self)} calls)", *lines])

    def _missing(self, name: str) -> str:
        if not self._kept:
            return (
                f"no attention was seen under {name!r}, nor any other.\n"
                "  seen are calls of F.scaled_dot_product_attention, nn.MultiheadAttention and PyG's attention\n"
                "  layers inside model(…); a Hugging Face model makes them with attn_implementation='sdpa'"
            )
        near = get_close_matches(name, self._kept, n=1, cutoff=0) or list(self._kept)[:1]
        return f"no attention was seen under {name!r}, but under {len(self)} other names.\n  did you mean {near[0]!r}?"


def _brief(kept: Any) -> str:
    return f"summary of {', '.join(kept)}" if isinstance(kept, dict) else repr(kept)
