import subprocess
import sys
from itertools import product

import polars as pl
import pytest

from working_memory.configuration import StimuliConfig, TasksConfig
from working_memory.pools import make_pools
from working_memory.tasks import tasks_of
from working_memory.trials import generate


def full_table(stimuli: StimuliConfig) -> pl.DataFrame:
    """Every identity in every view and location, as the renderer lists them."""
    azimuths = sorted({*stimuli.azimuths, *stimuli.novel_azimuths_validation, *stimuli.novel_azimuths_test})
    views = list(enumerate(product(azimuths, stimuli.elevations)))
    shown = range(stimuli.identities + 2 * stimuli.novel_identities)
    rows = [
        (category, f"{category}-{identity}", view, float(azimuth), float(elevation), location)
        for category, identity, (view, (azimuth, elevation)), location in product(
            stimuli.categories, shown, views, range(stimuli.locations)
        )
    ]
    columns = ["category", "identity", "viewpoint", "azimuth", "elevation", "location"]
    return pl.DataFrame(rows, schema=columns, orient="row")


@pytest.fixture(scope="session")
def imported_by():
    """Which of some heavy modules a statement imports in a process of its own."""

    def heavy(statement: str) -> str:
        modules = "{'torch', 'polars', 'scipy', 'sklearn', 'matplotlib'}"
        code = f"import sys; {statement}; print(*sorted({modules} & set(sys.modules)))"
        shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        return shown.stdout.strip()

    return heavy


@pytest.fixture(scope="session")
def make_table():
    return full_table


@pytest.fixture(scope="session")
def small_stimuli():
    return StimuliConfig(
        identities=5,
        novel_identities=2,
        azimuths=(-40, 0, 40),
        elevations=(15,),
        novel_azimuths_validation=(-20, 20),
        novel_azimuths_test=(-10, 10),
    )


@pytest.fixture(scope="session")
def small_table(small_stimuli):
    return full_table(small_stimuli)


@pytest.fixture(scope="session")
def small_pool(small_table, small_stimuli):
    return make_pools(small_table, small_stimuli)["familiar"]


@pytest.fixture(scope="session")
def many_trials():
    """A large sample of all nine tasks over the default stimuli."""
    stimuli = StimuliConfig()
    pool = make_pools(full_table(stimuli), stimuli)["familiar"]
    return generate(pool, tasks_of(TasksConfig()), TasksConfig(), sequences=9000, seed=0)
