import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO

import polars as pl
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from analysis import (
    AnalysisError,
    Diagnosis,
    Estimate,
    Picture,
    Report,
    Row,
    Section,
    compare,
    mean_estimate,
    write_report,
)
from analysis.report.wording import interval


class Page(HTMLParser):
    """Addresses, text and table rows of a page."""

    def __init__(self, source: str):
        super().__init__()
        self.addresses, self.words, self.images, self.tags = [], [], [], []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append(tag)
        self.addresses += [attributes[name] for name in ("src", "href") if name in attributes]
        if tag == "img":
            self.images.append(attributes)

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


@pytest.fixture
def comparison():
    rows = [
        (arm, seed, feature, level + 0.01 * seed * (1 + (arm == "gated")))
        for feature in ("location", "<identity>")
        for arm, level in (("baseline", 0.5), ("gated", 0.7 if feature == "location" else 0.5))
        for seed in range(4)
    ]
    values = pl.DataFrame(rows, schema=["arm", "seed", "feature", "value"], orient="row")
    return compare(values, ["feature"], "baseline", chance=0.5, metric="masked_accuracy")


@pytest.fixture
def picture():
    figure = Figure(figsize=(2, 1))
    figure.add_subplot().plot([0, 1])
    return Picture.of(figure, "A line.", "A rising line", "a flat line, which is chance.", dpi=50)


@pytest.fixture
def report(comparison, picture):
    return Report(
        title="Does <b>attention</b> help?",
        question="Whether it helps.",
        data=["Rendered objects."],
        arms={"baseline": "pooled", "gated": "gates"},
        comparisons={"Novel view": comparison},
        sections=[
            Section("Figures", pictures=[picture]),
            Section(
                "Controls", rows=[Row("pixel means alone", mean_estimate([0.25, 0.26, 0.24], chance=0.25))]
            ),
        ],
        diagnoses=[Diagnosis("gated", "at chance", "Nothing was learned.", "train longer.", "at-chance")],
        provenance={"commit": "c0ffee"},
        commands=["searchlight train gated_mtmf --seeds 0..4"],
    )


def test_the_page_is_self_contained(report):
    page = Page(report.html())
    assert all(address.startswith(("data:", "#")) for address in page.addresses)
    assert "script" not in page.tags
    assert "url(" not in report.html()
    assert "@import" not in report.html()


def test_everything_is_escaped(report):
    assert "Does &lt;b&gt;attention&lt;/b&gt; help?" in report.html()
    assert "<identity>" not in report.html()


def test_the_page_says_what_was_asked_found_and_how_to_do_it_again(report):
    text = Page(report.html()).text
    for words in (
        "Whether it helps.",
        "Rendered objects.",
        "pooled",
        "chance 0.50",
        "by paired t",
        "0.250 [0.225, 0.275]",
        "gated: at chance. Nothing was learned. Try: train longer.",
        "docs/troubleshooting.md#at-chance",
        "c0ffee",
        "searchlight train gated_mtmf --seeds 0..4",
    ):
        assert words in text


def test_the_table_holds_every_estimate_difference_and_verdict(report, comparison):
    text = Page(report.html()).text
    for result in comparison.results:
        found = result.estimate
        assert f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]" in text
        if result.difference:
            gap = result.difference.estimate
            assert f"{gap.value:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}]".replace("-", "−") in text
            assert result.verdict in text
    assert text.count("▲") == sum(result.verdict == "better" for result in comparison.results) > 0


def test_the_summary_gives_the_overall_verdict(report, comparison):
    gap = comparison.result("gated").difference.estimate
    summary = Page(report.html()).text.split("Data")[0]
    assert f"difference {gap.value:+.3f}" in summary
    assert "n = 4, chance 0.50" in summary


def test_the_summary_takes_sentences_beside_rows(report):
    row = Row("right", mean_estimate([0.2, 0.4, 0.3]))
    summary = Page(replace(report, headlines=("ours 0.9 <em>against</em> -0.1", row)).html()).text
    assert "ours 0.9 <em>against</em> −0.1" in summary.split("Data")[0]
    assert "right: 0.300" in summary.split("Data")[0]


@pytest.mark.parametrize(
    ("estimate", "said"),
    [
        (Estimate(0.0, 0.0, 0.0, 3), "0 [0, 0]"),
        (Estimate(2.6e-7, 0.0, 3.4e-7, 3), "2.6e-7 [0, 3.4e-7]"),
        (Estimate(3e-5, math.nan, math.nan, 1), "3.0e-5 (no interval)"),
        (Estimate(3e-4, 0.0, 0.01, 3), "0.000 [0.000, 0.010]"),
        (Estimate(0.0, -0.1, 0.1, 3), "0.000 [−0.100, 0.100]"),
    ],
)
def test_what_is_not_zero_does_not_look_like_it_and_what_is_says_so(estimate, said):
    assert interval(estimate) == said


def test_a_picture_is_embedded_with_its_words(report, picture):
    page = Page(report.html())
    assert [image["alt"] for image in page.images] == ["A rising line"]
    assert "Figure 1. A line. To read it against: a flat line, which is chance." in page.text
    assert imread(BytesIO(picture.png)).ndim == 3


@pytest.mark.parametrize("name", ["caption", "alt", "null"])
def test_a_picture_without_its_words_or_its_null_is_refused(picture, name):
    words = {"caption": "a", "alt": "b", "null": "c", name: " "}
    with pytest.raises(AnalysisError, match=f"needs its {name}"):
        Picture(picture.png, **words)


def test_a_picture_must_be_a_png(tmp_path):
    (tmp_path / "x.png").write_bytes(b"GIF89a..")
    with pytest.raises(AnalysisError, match="expected the bytes of a PNG"):
        Picture.read(tmp_path / "x.png", "a", "b", "c")


def test_an_arm_with_one_seed_has_no_interval_and_no_verdict():
    values = pl.DataFrame({"arm": ["baseline", "gated"], "seed": [0, 0], "value": [0.5, 0.6]})
    page = Report("t", "q", [], {}, {"Test": compare(values, [], "baseline")}).html()
    assert "0.600 (no interval)" in page
    assert "not comparable: gated has 1 seed, a test needs 2 or more" in Page(page).text


def test_a_report_without_results_is_still_a_page():
    page = Page(Report("t", "q", ["d"], {"a": "b"}).html())
    assert not {"table", "figure", "pre", "nav"} & set(page.tags)


def test_the_same_report_gives_the_same_bytes(report, tmp_path):
    for name in ("a.html", "b.html"):
        write_report(tmp_path / name, report)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_page_too_large_without_any_picture_is_refused_and_the_earlier_one_stays(tmp_path):
    path = tmp_path / "report.html"
    path.write_text("earlier")
    with pytest.raises(AnalysisError, match=r"would have 12\.\d MB even without its pictures"):
        write_report(path, Report("t", "q" * 12_000_000, [], {}))
    assert path.read_text() == "earlier"
