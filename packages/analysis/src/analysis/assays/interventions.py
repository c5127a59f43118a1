"""What a network did with something taken away or changed."""

from dataclasses import dataclass

from analysis.store import Run


@dataclass(frozen=True, order=True)
class Intervened(Run):
    """An evaluation in the folder of a run, `interventions/<what>`: files of its own, the arm and seed of the run."""

    @classmethod
    def of(cls, run: Run, what: str) -> "Intervened":
        """That of a run under an intervention; whether it was made yet is another matter."""
        return cls(run.path / "interventions" / what)

    @property
    def whole(self) -> Run:
        """The run that was intervened with, which may be kept in the folder of another."""
        path = self.path.absolute().parent.parent
        return Intervened(path) if path.parent.name == "interventions" else Run(path)

    @property
    def arm(self) -> str:
        """That of the run."""
        return self.whole.arm

    @property
    def seed(self) -> int:
        """That of the run."""
        return self.whole.seed
