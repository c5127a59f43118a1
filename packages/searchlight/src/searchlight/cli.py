"""The command line: one verb, one module of `searchlight.commands`, imported only when it is asked for."""

import errno
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module

from searchlight.damage import damage_in_remarks
from searchlight.errors import SearchlightError, UsageError, nearest

VERBS = {
    "demo": "From data to verdicts in a few minutes: trains, compares and draws.",
    "train": "Train a configuration, once per seed.",
    "evaluate": "Print what a run reached on every split.",
    "compare": "Compare arms over their seeds, with intervals and a verdict per cell.",
    "inspect": "Draw what a run attends to, beside controls.",
    "report": "Measure what assays find in a run, arm or comparison, and write one page.",
    "view": "Show the reports of a folder in a browser, on this machine only.",
    "claims": "Settle the claims of a system from saved runs: statistic, null, intervention, verdict.",
    "sweep": "Train a grid of settings and choose one on validation data.",
    "runs": "List the runs of a folder.",
    "configs": "List, show or copy the presets.",
    "doctor": "Check the installation.",
}
SYSTEM_VERBS = {
    "arc": {
        "ladder": "From exact masks to evaluation tasks: one table with targets, trained where it is not there.",
        "score": "Score a submission.json in the three conventions in use.",
        "solve": "Two attempts at a task, by a model whose views vote, by rules, or by both.",
        "submit": "Two attempts at every task of a source, as a submission.json.",
        "tasks": "How large tasks are, and which of them two sources share.",
        "validate": "Whether a network learns at all: trained briefly on few tasks, and judged.",
    },
    "persistence": {
        "filter": "Find, follow and tell what lasts in a video of your own.",
    },
}
"""Tools that a system has of its own: `searchlight SYSTEM VERB`, one module `commands.<system>_<verb>` each."""

FAMILIES = (
    ("analysis.errors", "AnalysisError"),
    ("attention_core.errors", "AttentionError"),
    ("perception.errors", "PerceptionError"),
    ("working_memory.errors", "WorkingMemoryError"),
    ("graph_attention.errors", "MetabolicError"),
    ("object_persistence.errors", "PersistenceError"),
    ("arc_context.errors", "ArcError"),
)
"""The exception families of the packages: their messages are sentences for the user."""
REQUESTS = (("arc_context.errors", "RequestError"),)
"""Those of them that tell of something asked for that is not there: wrong use."""


REMEDIES = {
    "CheckpointError": "checkpoint-not-accepted",
    "ComparabilityError": "different-data",
    "ImageError": "manifest-refused",
}
"""Heading of docs/troubleshooting.md by the error that it is about."""


def usage() -> str:
    """What `searchlight --help` prints."""
    return (
        "usage: searchlight VERB [...]\n\n"
        "Train attention models, see what they attend to, and test whether it matters.\n\n"
        f"{listed(VERBS)}\n\n"
        f"{listed(tools())}\n\n"
        "searchlight VERB --help tells more about a verb. --debug anywhere shows tracebacks.\n"
        "First minute: searchlight demo --quick\n"
    )


def system_usage(system: str) -> str:
    """What `searchlight SYSTEM --help` prints."""
    return (
        f"usage: searchlight {system} VERB [...]\n\n"
        f"{listed(SYSTEM_VERBS[system])}\n\n"
        f"searchlight {system} VERB --help tells more about a verb.\n"
        f"Training and testing: searchlight demo {system}, searchlight train {system}/...\n"
    )


def listed(texts: Mapping[str, str]) -> str:
    """Words and what they do, a line each."""
    width = max(map(len, texts))
    return "\n".join(f"  {word:<{width}}  {text}" for word, text in texts.items())


def tools() -> dict[str, str]:
    """What systems offer of their own, by system and verb."""
    return {
        f"{system} {verb}": text for system, verbs in SYSTEM_VERBS.items() for verb, text in verbs.items()
    }


def main(args: list[str] | None = None) -> None:
    """Run one verb; errors end with a sentence and exit code 1 (failed) or 2 (wrong use)."""
    words = list(sys.argv[1:] if args is None else args)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    try:
        with termination_as_interruption(), damage_in_remarks():
            run_verb(words)
    except KeyboardInterrupt:
        sys.stderr.write(
            "stopped; what was finished before is kept, and the same command goes on from there\n"
        )
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        code = exit_code(error)
        if debug or code is None:
            raise
        sys.stderr.write(f"{type(error).__name__}: {error}\n{remedy(error)}")
        sys.exit(code)


@contextmanager
def termination_as_interruption() -> Iterator[None]:
    """SIGTERM ends the program as Ctrl-C does, wherever nothing else listens to it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous)


def remedy(error: Exception) -> str:
    """The line that says where to read more, if there is more."""
    full = isinstance(error, OSError) and error.errno == errno.ENOSPC
    anchor = "disk-full" if full else REMEDIES.get(type(error).__name__)
    return f"  see docs/troubleshooting.md#{anchor}\n" if anchor else ""


def run_verb(words: list[str]) -> None:
    """Import the verb's module and hand it the other words."""
    if not words or words[0] in ("-h", "--help", "help"):
        sys.stdout.write(usage())
        return
    if words[0] == "--version":
        from importlib.metadata import version

        sys.stdout.write(f"searchlight {version('searchlight')}\n")
        return
    if words[0] in SYSTEM_VERBS:
        run_system_verb(words[0], words[1:])
        return
    if words[0] not in VERBS:
        raise UsageError(f"{words[0]} is not a verb.{nearest(words[0], (*VERBS, *SYSTEM_VERBS))}")
    import_module(f"searchlight.commands.{words[0]}").main(words[1:])


def run_system_verb(system: str, words: list[str]) -> None:
    """Import the module of a system's own verb and hand it the other words."""
    if not words or words[0] in ("-h", "--help", "help"):
        sys.stdout.write(system_usage(system))
        return
    verbs = SYSTEM_VERBS[system]
    if words[0] not in verbs:
        raise UsageError(f"{system} {words[0]} is not a verb.{nearest(words[0], verbs)}")
    import_module(f"searchlight.commands.{system}_{words[0]}").main(words[1:])


def exit_code(error: Exception) -> int | None:
    """The exit code of an error that has a sentence for the user; None for a bug."""
    if isinstance(error, SearchlightError):
        return error.exit_code
    if is_one_of(error, REQUESTS):
        return UsageError.exit_code
    if is_one_of(error, FAMILIES):
        return 1
    return 1 if isinstance(error, OSError) else None


def is_one_of(error: Exception, kinds: Iterable[tuple[str, str]]) -> bool:
    """Whether an error is of a kind that stands in a module."""
    return any(isinstance(error, getattr(import_module(module), name)) for module, name in kinds)
