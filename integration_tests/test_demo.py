"""The demonstration from end to end; slow, as it trains fifteen networks."""

from pathlib import Path

import pytest

from searchlight.cli import main


@pytest.mark.slow
def test_the_quick_demo_ends_with_verdicts_a_page_and_next_commands_and_is_reused(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    main(["demo", "--quick"])
    shown = capsys.readouterr().out
    assert "control, one feature" in shown
    assert shown.count("\n  uv run searchlight ") == 3
    page = Path("runs/comparisons/demo_quick/report.html")
    assert page.stat().st_size > 50_000
    main(["demo", "--quick"])
    assert capsys.readouterr().err.count("reused") == 15
