"""What a JSON file holds, whole."""

import json
from pathlib import Path
from typing import Any

from arc_context.errors import ArcError


def read_document(path: Path) -> Any:
    """What a JSON file holds.

    Raises:
        ArcError: it is not JSON, or has a name twice.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise ArcError(f"{path} is not JSON: {error.msg} in line {error.lineno}") from None
    except UnicodeDecodeError:
        raise ArcError(f"{path} is not JSON: it is not text in UTF-8") from None
    except _TwiceError as error:
        raise ArcError(f"{path}: {error} stands there twice, and one would be left out") from None


class _TwiceError(Exception):
    """A name that an object of JSON has twice; Python's reader would keep the last."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(next(name for name in found if names.count(name) > 1))
    return found
