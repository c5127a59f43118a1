import pytest
from matplotlib import rcParams
from matplotlib.figure import Figure
from matplotlib.image import imread

from analysis import save_figure
from analysis.figures.style import PAGE, RC, chance_line, figure_bytes, house_style


def drawn() -> Figure:
    with house_style():
        figure = Figure(figsize=(PAGE, 3.0), layout="constrained")
        axes = figure.add_subplot()
        axes.plot([0, 1], [0.4, 0.9], label="accuracy")
        axes.set(xlabel="step", ylabel="accuracy")
        chance_line(axes, 0.5)
    return figure


@pytest.fixture
def figure():
    return drawn()


def test_a_figure_is_written_as_png_of_300_dots_per_inch_and_as_svg(figure, tmp_path):
    before = dict(rcParams)
    save_figure(tmp_path / "curves.png", figure)
    assert imread(tmp_path / "curves.png").shape[1] == pytest.approx(PAGE * 300, rel=0.05)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["curves.png", "curves.svg"]
    assert "</svg>" in (tmp_path / "curves.svg").read_text()
    assert dict(rcParams) == before


@pytest.mark.parametrize("name", ["curves", "curves.svg", "curves.png"])
def test_both_files_have_the_name_that_was_asked_for(name, figure, tmp_path):
    save_figure(tmp_path / name, figure, dpi=50)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["curves.png", "curves.svg"]


def test_a_point_in_a_name_is_kept(figure, tmp_path):
    save_figure(tmp_path / "dropout-0.1", figure, dpi=50)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["dropout-0.1.png", "dropout-0.1.svg"]


@pytest.mark.parametrize("form", ["png", "svg"])
def test_the_same_figure_gives_the_same_bytes(form):
    first, second = figure_bytes(drawn(), form, dpi=60), figure_bytes(drawn(), form, dpi=60)
    assert first == second
    assert b"dc:date" not in first


def test_letters_are_8_points_and_more_on_a_text_6_and_a_half_inches_wide(figure):
    figure.draw_without_rendering()
    axes = figure.axes[0]
    texts = [*axes.texts, axes.xaxis.label, axes.yaxis.label, *axes.get_xticklabels()]
    assert min(text.get_size() for text in texts) * 6.5 / PAGE >= 8
    assert all(size * 6.5 / PAGE >= 8 for name, size in RC.items() if name.endswith("size"))
