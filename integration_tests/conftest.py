"""What integration tests share: a cache of their own, tiny experiments, and pages in a browser.

A module that asks for `experiment` or `flags` names its PRESET, and in TINY the settings that keep it small.
"""

import os
import shutil
from functools import partial

import numpy as np
import pytest
import torch

import searchlight.caching
from analysis import Picture, Report, Section, write_report
from searchlight.configuration import load_config, with_settings
from searchlight.experiments import experiment_class


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Pictures and backbones of the tests, made once."""
    folder = tmp_path_factory.mktemp("cache")
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_CACHE_HOME", str(folder))
    yield searchlight.caching.cache_folder()
    patch.undo()


@pytest.fixture(scope="module")
def experiment(request, own_cache):
    """An experiment of the module's, tiny; `model__dim=8` changes model.dim."""
    preset, tiny = request.module.PRESET, request.module.TINY

    def made(seed=0, **settings):
        dotted = {name.replace("__", "."): value for name, value in settings.items()}
        resolved = load_config(preset)
        config = with_settings(resolved.config, tiny | dotted, "test")
        return experiment_class(resolved.system)(config, seed, cache=own_cache)

    return made


@pytest.fixture(scope="module")
def flags(request):
    """The module's settings as words of a command."""
    named = request.module.TINY.items()
    return [
        word
        for name, value in named
        for word in (f"--{name.replace('_', '-')}", *map(str, value if isinstance(value, list) else [value]))
    ]


@pytest.fixture(scope="session")
def assert_gradients():
    """Over an epoch every parameter of an arm gets a gradient that is finite, and not always zero."""

    def check(arm):
        # What begins at zero passes nothing on to what lies before it until it has moved.
        with torch.no_grad():
            for parameter in arm.model.parameters():
                parameter += 0.01 * torch.randn(parameter.shape, generator=torch.manual_seed(0))
        sums = dict.fromkeys(dict(arm.model.named_parameters()), 0.0)
        for batch in arm.batches.draw(0):
            arm.model.zero_grad()
            arm.loss(arm.model, batch).backward()
            for name, parameter in arm.model.named_parameters():
                assert parameter.grad is not None, name
                sums[name] += float(parameter.grad.abs().sum())
        assert all(np.isfinite(each) for each in sums.values())
        assert not [name for name, each in sums.items() if each == 0]

    return check


@pytest.fixture(scope="session")
def browser():
    """A real one that is there; none is downloaded."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if program is None:
        pytest.skip("no browser: install chromium, or name one in CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def open_page(browser):
    """Open a file at some width, and fail on a word on the console, an error, or a request that leaves it."""
    contexts, said, asked, files = [], [], set(), set()

    def at(path, width, **options):
        files.add(path.as_uri())
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **options))
        page = contexts[-1].new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.add(request.url))
        page.goto(path.as_uri())
        return page

    yield at
    for context in contexts:
        context.close()
    assert said == []
    assert {each for each in asked if not each.startswith(("data:", "blob:"))} == files


@pytest.fixture(scope="session")
def write_page(tmp_path_factory):
    """Write what inspect shows, and say where."""

    def written(found):
        pictures = [Picture.of_drawing(each, dpi=60) for each in found.drawings]
        sections = [Section("Figures", pictures=pictures)]
        path = tmp_path_factory.mktemp("page") / "inspection.html"
        write_report(path, Report("Attention", found.question, ["data"], {"a": "b"}, sections=sections))
        return path

    return written


@pytest.fixture
def opened(open_page, page_of_a_model):
    """Open the module's page at some width."""
    return partial(open_page, page_of_a_model)


@pytest.fixture(scope="session")
def shown():
    """A figure of a page, scrolled to and drawn: figures are drawn when they come into view."""

    def scrolled_to(page, figure):
        found = page.locator(figure) if isinstance(figure, str) else figure
        found.scroll_into_view_if_needed()
        found.locator(".plot .main-svg").first.wait_for(timeout=20_000)
        return found

    return scrolled_to


@pytest.fixture(scope="session")
def draw_all(shown):
    """Scroll through a page."""

    def scrolled_through(page):
        for figure in page.locator("figure.interactive").all():
            shown(page, figure)

    return scrolled_through
