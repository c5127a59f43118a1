import os
import subprocess
import sys
from errno import ENOSPC
from pathlib import Path

import polars as pl
import pytest

from analysis import StoreError, StoreWarning, files, write_atomically


def contents(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir()}


def test_a_file_is_put_in_place_whole(tmp_path):
    write_atomically(tmp_path / "deep" / "note.txt", lambda file: file.write_text("whole"))
    assert contents(tmp_path / "deep") == {"note.txt": "whole"}


def test_a_full_disk_leaves_the_earlier_file_and_nothing_else(tmp_path):
    (tmp_path / "note.txt").write_text("earlier")

    def fill(file: Path):
        file.write_text("half")
        raise OSError(ENOSPC, os.strerror(ENOSPC))

    with pytest.raises(
        StoreError, match=r"could not write .*note\.txt: No space left on device; nothing was changed"
    ):
        write_atomically(tmp_path / "note.txt", fill)
    assert contents(tmp_path) == {"note.txt": "earlier"}


def test_a_file_where_a_folder_should_be_is_said(tmp_path):
    (tmp_path / "taken").write_text("in the way")
    with pytest.raises(StoreError, match="could not write"):
        write_atomically(tmp_path / "taken" / "file", lambda path: path.write_text("never"))


def test_an_interrupted_write_leaves_the_earlier_file_and_nothing_else(tmp_path):
    (tmp_path / "note.txt").write_text("earlier")

    def interrupt(file: Path):
        file.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "note.txt", interrupt)
    assert contents(tmp_path) == {"note.txt": "earlier"}


LIMITED = """
import resource, signal, sys
from pathlib import Path
import numpy as np, polars as pl
from analysis import files
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))
big = np.random.default_rng(0).random(10_000)
writers = {
    "states.safetensors": lambda file: files.write_safetensors(file, {"h": big}),
    "attention.npz": lambda file: files.write_npz(file, {"a": big}),
    "trials.parquet": lambda file: files.write_parquet(file, pl.DataFrame({"x": big})),
}
for name, write in writers.items():
    try:
        files.write_atomically(Path(sys.argv[1]) / name, write)
    except files.StoreError as error:
        print(error)
print(sorted(file.name for file in Path(sys.argv[1]).iterdir()))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs RLIMIT_FSIZE")
def test_every_format_reports_that_the_system_refused_and_leaves_nothing(tmp_path):
    # -B, or Python would cut short the byte code of what it imports under the limit, for every later program.
    done = subprocess.run(
        [sys.executable, "-B", "-c", LIMITED, str(tmp_path)], capture_output=True, text=True, check=True
    )
    *errors, left = done.stdout.splitlines()
    assert left == "[]"
    assert len(errors) == 3
    assert all("File too large; nothing was changed" in error for error in errors)


def test_a_cut_off_last_line_is_left_out_and_said(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1}\n{"step": 2}\n{"ste')
    with pytest.warns(StoreWarning, match="last line was cut off"):
        assert files.read_lines(path) == [{"step": 1}, {"step": 2}]


def test_appending_after_a_cut_off_line_takes_it_out_and_says_so(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1}\n{"ste')
    with pytest.warns(StoreWarning, match="taken out"):
        files.append_line(path, {"step": 2})
    assert path.read_text() == '{"step": 1}\n{"step": 2}\n'


def test_a_damaged_line_in_the_middle_is_an_error(tmp_path):
    (tmp_path / "metrics.jsonl").write_text('{"step": 1}\n{"ste\n{"step": 3}\n')
    with pytest.raises(StoreError, match="line 2"):
        files.read_lines(tmp_path / "metrics.jsonl")


def test_the_same_arrays_give_the_same_bytes(tmp_path):
    import numpy as np

    for name in ("a", "b"):
        files.write_npz(tmp_path / name, {"layer/entropy": np.arange(3.0), "layer/heads": np.ones((3, 2))})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_table_survives_the_replacement_of_its_file(tmp_path):
    path = tmp_path / "t.parquet"
    files.write_parquet(path, pl.DataFrame({"x": [1, 2]}))
    table = files.read_parquet(path)
    path.write_bytes(b"")
    assert table["x"].to_list() == [1, 2]
