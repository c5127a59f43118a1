"""What assays find in runs, measured once and kept in each run's folder."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from joblib import Parallel, cpu_count, delayed

from analysis import Archive, Assay, Findings, StoreError
from analysis.assays.interventions import Intervened
from analysis.store import Run
from searchlight import console
from searchlight.controls import control_at, control_of
from searchlight.damage import damage_in_remarks
from searchlight.errors import UsageError, nearest
from searchlight.experiments import experiment_class


def archive_of(arms: Mapping[str, Sequence[Run]]) -> Archive:
    """The findings of arms of one system, each made when it is first asked for."""
    return Archive(arms, find)


def find(run: Run, name: str) -> Findings:
    """What an assay, by its name, found in a run or in one of its controls."""
    return findings_of(run, assay_named(run.config()["system"], name))


def assay_named(system: str, name: str) -> Assay:
    """An assay of a system.

    Raises:
        UsageError: the system has no such assay.
    """
    known = {assay.name: assay for assay in experiment_class(system).assays}
    if name not in known:
        raise UsageError(f"{name} is not an assay of {system}.{nearest(name, known)}")
    return known[name]


def findings_of(run: Run, assay: Assay) -> Findings:
    """What an assay finds in a run: read where it is kept, measured and kept where it is not."""
    return kept(run, assay) or measure(run, assay)


def kept(run: Run, assay: Assay) -> Findings | None:
    """The findings in the run's folder, if they are of this assay with these settings."""
    path = run.path / "findings" / f"{assay.name}.json"
    try:
        found = Findings.read(path) if path.is_file() else None
    except StoreError as error:
        console.remark(f"{error}; measured again")
        return None
    return found if found and found.made_from == assay.identity(run) else None


def measure(run: Run, assay: Assay) -> Findings:
    """Measure and keep; a run that cannot be asked gives findings that say why."""
    with damage_in_remarks():  # workers have no command line around them
        found = found_in(run, assay)
    found = Findings(found.figures, found.arrays, found.notes, assay.identity(run))
    found.write(run.path / "findings" / f"{assay.name}.json")
    return found


def found_in(run: Run, assay: Assay) -> Findings:
    """What there is to be found, not kept."""
    if why := refusal(run, assay):
        return Findings((), notes=(f"{run.arm}, seed {run.seed}: no {assay.name}, for {why}",))
    return assay.measure(run, {what: control_of(run, what) for what in assay.controls_of(run)})


def refusal(run: Run, assay: Assay) -> str:
    """Why a run cannot be asked; empty where it can. Without its own weights an intervention has no controls."""
    alone = isinstance(run, Intervened) and not run.checkpoint("best.safetensors").is_file()
    if alone and assay.controls_of(run):
        return "it is asked of a network beside its controls, and an intervention has none"
    return assay.missing(run)


def measure_all(runs: Iterable[Run], assays: Iterable[Assay], *, jobs_at_once: int | None = None) -> None:
    """Measure in several processes what is not kept yet; controls first, for assays of one run may share them."""
    assays = list(assays)
    asked = [(run, assay) for run in runs for assay in assays if kept(run, assay) is None]
    if not asked:
        return
    console.remark(f"{len(asked)} findings are not there yet: measured now, and kept with the runs")
    controls = [
        each
        for each in dict.fromkeys(
            (run, what)
            for run, assay in asked
            if assay.controls and not refusal(run, assay)
            for what in assay.controls_of(run)
        )
        if control_at(*each).state != "complete"
    ]
    with console.progress_bars() as report:
        side_by_side("controls", control_of, controls, jobs_at_once, report)
        side_by_side("assays", measure, asked, jobs_at_once, report)


def side_by_side(
    what: str,
    do: Callable,
    asked: Sequence[tuple],
    jobs_at_once: int | None,
    report: Callable[[str, int, int], None],
) -> None:
    """Call a function with each of several arguments, in several processes, and report how many are done."""
    workers = max(1, min(jobs_at_once or cpu_count(), len(asked)))
    done = Parallel(n_jobs=workers, return_as="generator_unordered")(delayed(do)(*each) for each in asked)
    for count, _ in enumerate(done, start=1):
        report(what, count, len(asked))
