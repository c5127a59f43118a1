import numpy as np
import polars as pl
import pytest

from working_memory.assays.geometry import Geometry, principal_components

QUICK = Geometry(components=8, permutations=60, pairings=60)
SIMPLEX = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3)
LINE = np.linspace(-1.3, 1.3, 4)[:, None] * np.eye(3)[0]


class Shown:
    """Only the present object: points of its location and of its category, in frames of their own or in one."""

    def __init__(self, category=SIMPLEX, strength: float = 4.0, *, together: bool = False):
        self.points, self.strength = (SIMPLEX, category), strength
        axes = np.linalg.qr(np.random.default_rng(5).normal(size=(24, 24)))[0]
        self.frames = axes[:3], axes[:3] if together else axes[3:6]

    def __call__(self, table: pl.DataFrame, objects: int) -> np.ndarray:
        states = np.random.default_rng(2).normal(size=(len(table), 24))
        states[:, 6:] *= 0.3
        for name, points, frame in zip(("location", "category"), self.points, self.frames, strict=True):
            codes = np.unique(table[name].cast(pl.String).to_numpy(), return_inverse=True)[1]
            states += self.strength * points[codes] @ frame
        return states.reshape(-1, objects, 24)


def both(states):
    """Both layers the same, so that they are alike in everything."""
    return dict.fromkeys(states, states["cognition/hidden"])


def measured(make_run, code, assay: Geometry = QUICK, **settings):
    found = assay.measure(make_run(code, **({"sequences": 300, "change": both} | settings)), {})
    return lambda measure, layer="rnn", **cell: found.estimate(measure, layer=layer, **cell)


def test_a_simplex_is_at_one_and_a_line_below_noise(make_run):
    figure = measured(make_run, Shown(category=LINE))
    assert figure("orthogonalization_index", property="location").value == pytest.approx(2 / 3, abs=0.02)
    assert figure("orthogonalization", property="location").value == pytest.approx(1, abs=0.3)
    assert figure("orthogonalization", property="category").high < 0
    assert figure("orthogonalization_index", property="category").null.p < 0.05


def test_properties_apart_have_a_right_angle_and_those_of_one_subspace_none(make_run):
    pair = "location-category"
    apart, together = (measured(make_run, Shown(together=each)) for each in (False, True))
    assert apart("principal_angle", pair=pair).value > 75
    assert together("principal_angle", pair=pair).value < 10
    assert apart("subspace_overlap", pair=pair).high < 0.1
    assert together("subspace_overlap", pair=pair).low > 0.9
    assert together("subspace_overlap", pair=pair).null.p < 0.05


def test_the_stronger_the_code_the_more_distinct_the_classes(make_run):
    weak, strong, none = (measured(make_run, Shown(strength=by)) for by in (1.0, 4.0, 0.0))
    cell = {"property": "category"}
    assert weak("class_contrast", **cell).high < strong("class_contrast", **cell).low
    assert weak("class_cosine", **cell).low > strong("class_cosine", **cell).high
    assert none("class_contrast", **cell).low < 0 < none("class_contrast", **cell).high
    assert none("orthogonalization_index", **cell).null.p > 0.05
    assert "directions of no code are noise" in none("orthogonalization", **cell).how


def test_a_layer_is_like_itself_and_unlike_noise(make_run):
    def noise(states):
        drawn = np.random.default_rng(9).normal(size=(len(states["backbone/pooled"]), 10))
        return states | {"backbone/pooled": drawn.astype(np.float32)}

    alike, unlike = (
        QUICK.measure(make_run(Shown(), sequences=300, change=change), {}) for change in (both, noise)
    )
    for name in ("cka", "representational_similarity"):
        assert alike.estimate(name).value == pytest.approx(1)
        assert unlike.estimate(name).null.p > 0.05
        assert alike.estimate(name).null.p < 0.05


def test_dimensions_are_those_that_vary(make_run):
    figure = measured(
        make_run,
        lambda table, objects: np.random.default_rng(0).normal(size=(len(table) // objects, objects, 24)),
    )
    assert figure("participation_ratio").value == pytest.approx(24, rel=0.1)


def test_what_cannot_be_told_says_why(make_run):
    figure = measured(make_run, Shown(), sequences=40)
    assert "evaluate more sequences" in figure("orthogonalization", property="identity").how
    assert "cannot but meet" in figure("principal_angle", pair="location-identity").how or np.isnan(
        figure("principal_angle", pair="location-identity").value
    )
    spoilt = measured(make_run, Shown(), change=lambda states: {k: v * np.nan for k, v in states.items()})
    for name, cell in (
        ("orthogonalization", {"property": "location"}),
        ("principal_angle", {"pair": "location-category"}),
        ("participation_ratio", {}),
    ):
        assert "numbers are not finite" in spoilt(name, **cell).how


def test_fewer_units_than_components_are_told(make_run):
    figure = measured(make_run, Shown(), Geometry(components=30, permutations=20, pairings=20))
    assert "expected at least 30" in figure("orthogonalization", property="location").how
    assert "expected at least 30 units, got 24" in figure("principal_angle", pair="location-category").how


def test_every_sequence_gives_one_frame_and_places_are_even(make_run):
    def places(table, objects):
        return np.broadcast_to(np.arange(objects)[:, None], (len(table) // objects, objects, 24)).astype(
            float
        )

    from working_memory.assays.layers import sequences_of

    frames = QUICK.frames(sequences_of(make_run(places, sequences=30), ("test/familiar", "test/novel_view")))
    assert np.bincount(frames.states["rnn"][:, 0].astype(int)).tolist() == [10] * 6
    assert len(np.unique(frames.groups)) == 60


def test_coordinates_are_those_of_scikit_learn():
    from sklearn.decomposition import PCA

    states = np.random.default_rng(0).normal(size=(50, 6)) * np.arange(1, 7)
    expected = PCA(3).fit_transform(states)
    assert np.abs(principal_components(states, 3)) == pytest.approx(np.abs(expected))


def test_a_run_without_a_layer_is_not_asked(make_run):
    run = make_run(
        Shown(), sequences=20, change=lambda states: {"cognition/hidden": states["cognition/hidden"]}
    )
    assert QUICK.missing(run) == "it kept no states of backbone/pooled"


def test_the_same_run_gives_the_same_bytes(make_run, tmp_path):
    run = make_run(Shown(), sequences=150)
    for name in ("first", "second"):
        QUICK.measure(run, {}).write(tmp_path / f"{name}.json")
    assert (tmp_path / "first.json").read_bytes() == (tmp_path / "second.json").read_bytes()
