"""What integration tests share: a cache of their own, so that nothing is read from the user's, and a browser."""

import os
import shutil

import pytest

import searchlight.caching


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Pictures and backbones of the tests, made once."""
    folder = tmp_path_factory.mktemp("cache")
    patch = pytest.MonkeyPatch()
    patch.setenv("XDG_CACHE_HOME", str(folder))
    yield searchlight.caching.cache_folder()
    patch.undo()


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
