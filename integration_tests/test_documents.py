"""The documents say what the program does: examples run, names exist, links lead somewhere."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.comparison.diagnosis import REMEDIES
from searchlight.cli import SYSTEM_VERBS, VERBS, tools
from searchlight.configuration import presets
from searchlight.older import NAMES

ROOT = Path(__file__).parents[1]
PACKAGES = sorted(folder.parent for folder in ROOT.glob("packages/*/pyproject.toml"))
TROUBLESHOOTING = ROOT / "docs" / "troubleshooting.md"
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    TROUBLESHOOTING,
    *ROOT.glob("packages/*/README.md"),
]
SEARCHLIGHT = ROOT / "packages" / "searchlight" / "README.md"


def blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def output_of(program: str, folder: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", program],
        capture_output=True,
        text=True,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def commands(path: Path) -> list[str]:
    """What follows `searchlight` in code, up to the end of the span or line."""
    code = "\n".join(re.findall(r"`[^`\n]+`", path.read_text()) + blocks(path, "sh"))
    return re.findall(r"(?<![\w/-])searchlight ((?:\w+|--help)\b[^`\n#]*)", code)


def anchors(path: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_example_prints_what_it_says(tmp_path):
    (example,) = blocks(ROOT / "README.md", "python")
    (expected,) = blocks(ROOT / "README.md", "text")
    assert output_of(example, tmp_path) == expected.splitlines()


@pytest.mark.parametrize("example", blocks(SEARCHLIGHT, "python"))
def test_an_example_of_the_command_line_package_prints_what_it_says(example, tmp_path):
    expected = [line.removeprefix("# ") for line in example.splitlines() if line.startswith("# ")]
    assert output_of(example, tmp_path) == expected


def test_the_configuration_in_the_readme_is_read(tmp_path):
    from searchlight import load_config

    (text,) = blocks(SEARCHLIGHT, "yaml")
    (tmp_path / "mine.yaml").write_text(text)
    assert load_config(str(tmp_path / "mine.yaml")).config.tasks.all_n == (1, 2)


def test_every_older_setting_is_documented():
    assert [name for name in NAMES if f"`{name}`" not in SEARCHLIGHT.read_text()] == []


def test_every_public_name_of_the_command_line_package_is_explained():
    import searchlight

    assert [name for name in searchlight.__all__ if f"`{name}`" not in SEARCHLIGHT.read_text()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_in_a_document_names_a_verb(document):
    assert {command.split()[0] for command in commands(document)} <= {
        *VERBS,
        *SYSTEM_VERBS,
        "VERB",
        "--help",
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_preset_in_a_document_exists(document):
    named = re.findall(
        r"(?<![/\w])(?:working_memory|metabolism|persistence|arc)/[\w]+(?=[\s`])", document.read_text()
    )
    assert set(named) <= set(presets())


def test_every_verb_is_documented():
    documented = {command.split()[0] for command in commands(SEARCHLIGHT)}
    assert set(VERBS) <= documented


@pytest.mark.parametrize("tool", tools())
def test_every_tool_of_a_system_is_documented_with_flags_that_it_has(tool, capsys):
    used = [command for file in DOCUMENTS for command in commands(file) if command.startswith(tool)]
    assert used
    known = flags_of(tool, capsys) | {"--debug"}
    assert {flag for command in used for flag in re.findall(r"--[\w.-]+", command)} <= known


@pytest.mark.parametrize("verb", VERBS)
def test_every_flag_in_a_document_is_a_flag_of_its_verb(verb, capsys):
    used = {
        (document.name, flag)
        for document in DOCUMENTS
        for command in commands(document)
        if command.split()[0] == verb
        for flag in re.findall(r"--[\w.-]+", command)
    }
    known = flags_of(verb, capsys) | {"--debug", "--help"}
    assert {(name, flag) for name, flag in used if flag not in known} == set()


def test_every_setting_named_by_its_flag_is_one(capsys):
    used = {flag for file in DOCUMENTS for flag in re.findall(r"`(--\w+\.[\w.-]+)", file.read_text())}
    assert "--training.learning-rate" in used
    assert used <= flags_of("train", capsys)


def flags_of(verb: str, capsys) -> set[str]:
    from searchlight.cli import main

    configured = verb in ("train", "sweep")
    for words in (
        [["working_memory/mtmf"], ["metabolism/flux_split"], ["persistence/tracks"], ["arc/cross_attention"]]
        if configured
        else [[]]
    ):
        with pytest.raises(SystemExit):
            main([*verb.split(), *words, "--help"])
    return set(re.findall(r"--[\w.-]+", capsys.readouterr().out))


def test_everything_the_program_diagnoses_has_a_heading():
    assert set(REMEDIES) <= anchors(TROUBLESHOOTING)


def test_every_heading_that_the_sources_name_exists():
    sources = "\n".join(file.read_text() for file in ROOT.glob("packages/*/src/**/*.py"))
    named = set(re.findall(r"docs/troubleshooting\.md#([a-z][\w-]*)", sources))
    assert "no-attention-maps" in named
    assert named <= anchors(TROUBLESHOOTING)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document):
    for target in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", document.read_text()):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        file = (document.parent / name) if name else document
        assert file.exists(), f"{target} does not exist"
        assert not anchor or anchor in anchors(file), f"{target} names no heading"


def test_every_package_stands_in_the_table():
    readme = (ROOT / "README.md").read_text()
    assert [folder.name for folder in PACKAGES if f"[{folder.name}](packages/" not in readme] == []


def test_every_package_has_a_job_of_its_own():
    workflows = "".join(file.read_text() for file in (ROOT / ".github/workflows").glob("*.yml"))
    (listed,) = re.findall(r"^ +package: \[(.*)\]$", workflows, flags=re.MULTILINE)
    assert sorted(listed.split(", ")) == sorted(folder.name for folder in PACKAGES)


def test_every_file_that_contributing_names_exists():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    named = [path for path in re.findall(r"`([\w./-]+/[\w./-]+)`", text) if "<" not in path]
    short = ROOT / "packages/searchlight/src/searchlight"
    missing = [path for path in named if not (ROOT / path).exists() and not (short / path).exists()]
    assert missing == []
