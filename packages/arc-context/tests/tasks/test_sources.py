import json

import pytest

from arc_context import ArcError, RequestError, Task, load_tasks, named, small

GRID = [[1, 2], [3, 4]]
DOCUMENT = {
    "train": [{"input": GRID, "output": GRID}],
    "test": [{"input": GRID, "output": [[5]]}, {"input": [[0]], "output": [[6]]}],
}


def asked(document):
    """The document without the answers of its test pairs."""
    return {**document, "test": [{"input": pair["input"]} for pair in document["test"]]}


@pytest.fixture
def folder(tmp_path):
    """Gives `folder(name=document, …)`: a folder with such JSON files."""

    def written(**documents):
        for name, document in documents.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(document))
        return tmp_path

    return written


def outputs(tasks):
    return {
        task.name: [pair.output is not None and pair.output.tolist() for pair in task.test] for task in tasks
    }


def test_a_folder_is_read_by_name(folder):
    tasks = load_tasks(str(folder(b=DOCUMENT, a=asked(DOCUMENT))))
    assert outputs(tasks) == {"a": [False, False], "b": [[[5]], [[6]]]}
    assert [task.name for task in tasks] == ["a", "b"]


def test_a_file_may_hold_one_task(folder):
    assert outputs(load_tasks(str(folder(one=DOCUMENT) / "one.json"))) == {"one": [[[5]], [[6]]]}


def test_solutions_are_found_beside_challenges(folder):
    place = folder(
        **{
            "arc-agi_evaluation_challenges": {"t": asked(DOCUMENT), "s": asked(DOCUMENT)},
            "arc-agi_evaluation_solutions": {"t": [[[5]], [[6]]], "s": [[[7]], [[8]]]},
        }
    )
    tasks = load_tasks(str(place / "arc-agi_evaluation_challenges.json"))
    assert outputs(tasks) == {"s": [[[7]], [[8]]], "t": [[[5]], [[6]]]}


def test_solutions_may_lie_elsewhere(folder):
    place = folder(mine={"t": asked(DOCUMENT)}, answers={"t": [[[5]], [[6]]]})
    assert outputs(load_tasks(str(place / "mine.json"))) == {"t": [False, False]}
    tasks = load_tasks(str(place / "mine.json"), solutions=place / "answers.json")
    assert outputs(tasks) == {"t": [[[5]], [[6]]]}


@pytest.mark.parametrize(
    ("solutions", "said"),
    [
        ({"s": [[[5]], [[6]]]}, r"task t: it has no solutions in .*answers\.json"),
        ({"t": [[[5]]]}, r"task t: expected a list of 2 outputs in .*answers\.json, got \[\[\[5\]\]\]"),
        ({"t": 5}, r"task t: expected a list of 2 outputs in .*, got 5"),
        ({"t": [[[5]], [[60]]]}, "task t, test 1 output, row 0, column 0: .* got 60"),
        ([], r"expected lists of outputs by task, got \[\]"),
    ],
)
def test_solutions_that_do_not_fit_are_refused(folder, solutions, said):
    place = folder(mine={"t": asked(DOCUMENT)}, answers=solutions)
    with pytest.raises(ArcError, match=said):
        load_tasks(str(place / "mine.json"), solutions=place / "answers.json")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], r"expected a task or tasks by name, got \[\]"),
        ({}, "expected tasks by name, and found none"),
        ({"t": [1]}, "task t: expected"),
        ({"train": []}, "task mine: expected"),
    ],
)
def test_a_file_without_tasks_is_refused(folder, document, said):
    with pytest.raises(ArcError, match=said):
        load_tasks(str(folder(mine=document) / "mine.json"))


def test_what_is_not_json_is_refused(tmp_path):
    (tmp_path / "a.json").write_text('{"train":\n[')
    with pytest.raises(ArcError, match=r"a\.json is not JSON: .* in line 2"):
        load_tasks(str(tmp_path))
    (tmp_path / "a.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ArcError, match=r"a\.json is not JSON: it is not text"):
        load_tasks(str(tmp_path))


def test_a_folder_of_folders_says_which_it_has(tmp_path):
    (tmp_path / "training").mkdir()
    with pytest.raises(ArcError, match="found none; it has the folders training"):
        load_tasks(str(tmp_path))


def test_a_file_of_many_tasks_is_not_for_a_folder(folder):
    with pytest.raises(ArcError, match="give a file of many tasks by itself"):
        load_tasks(str(folder(mine={"t": DOCUMENT})))


def test_solutions_go_with_challenges_alone(folder):
    place = folder(one=DOCUMENT)
    for source in (place, place / "one.json", "arc1:training"):
        with pytest.raises(ArcError, match="solutions go with a file of challenges"):
            load_tasks(str(source), solutions=place / "answers.json")


def test_an_unknown_source_names_the_nearest():
    with pytest.raises(RequestError, match="did you mean arc1:evaluation"):
        load_tasks("arc1:evalution")


def test_joined_sources_that_share_tasks_are_refused_unless_meant(folder, tmp_path):
    other = json.loads(json.dumps(DOCUMENT))
    other["train"][0]["output"] = [[9]]
    other["test"] = [{"input": [[3]], "output": [[3]]}]
    place = folder(a=DOCUMENT)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "a.json").write_text(json.dumps(other))
    (tmp_path / "b" / "c.json").write_text(json.dumps(other))
    both = f"{place}+{tmp_path / 'b'}"
    with pytest.raises(RequestError, match=r"share 1 by name \(a\)"):
        load_tasks(both)
    assert outputs(load_tasks(both, leaks=True)) == {"a": [[[5]], [[6]]], "c": [[[3]]]}
    assert [task.name for task in load_tasks(f"{tmp_path / 'b'}")] == ["a", "c"]


def test_small_tasks_have_no_longer_side_anywhere():
    wide = [[0] * 11]
    documents = [
        DOCUMENT,
        {**DOCUMENT, "test": [{"input": GRID, "output": wide}]},
        {**DOCUMENT, "train": [{"input": wide, "output": GRID}]},
    ]
    tasks = [Task.from_document(f"t{number}", document) for number, document in enumerate(documents)]
    assert [task.name for task in small(tasks)] == ["t0"]
    assert small(tasks, 11) == tuple(tasks)


def test_tasks_are_chosen_by_name():
    tasks = [Task.from_document(name, DOCUMENT) for name in ("007bbfb7", "ff28f65a", "00d62c1b")]
    assert [task.name for task in named(tasks, ["ff28f65a", "007bbfb7"])] == ["ff28f65a", "007bbfb7"]
    with pytest.raises(
        RequestError, match="007bbfb8 is not the name of one of these 3 tasks; the nearest are 007bbfb7"
    ):
        named(tasks, ["007bbfb8"])


@pytest.mark.parametrize("source", ["", "arc1:evaluation+"])
def test_no_name_is_no_source(source):
    with pytest.raises(ArcError, match="no source: expected one of arc1:training"):
        load_tasks(source)


def test_solutions_do_not_replace_another_answer(folder):
    place = folder(my_challenges={"t": DOCUMENT}, my_solutions={"t": [[[5]], [[7]]]})
    with pytest.raises(ArcError, match=r"task t, test 1: its output is another one in .*my_solutions\.json"):
        load_tasks(str(place / "my_challenges.json"))


def test_solutions_do_not_hide_what_is_wrong_with_a_challenge(folder):
    place = folder(my_challenges={"t": {**DOCUMENT, "test": "none"}}, my_solutions={"t": [[[5]]]})
    with pytest.raises(ArcError, match="task t, test: expected a list of pairs, got 'none'"):
        load_tasks(str(place / "my_challenges.json"))


def test_a_name_that_stands_twice_is_refused(tmp_path):
    task = json.dumps(DOCUMENT)
    (tmp_path / "mine.json").write_text(f'{{"t": {task}, "s": {task}, "t": {task}}}')
    with pytest.raises(ArcError, match=r"mine\.json: t stands there twice"):
        load_tasks(str(tmp_path / "mine.json"))


def test_a_mark_of_byte_order_does_no_harm(tmp_path):
    (tmp_path / "t.json").write_text(json.dumps(DOCUMENT), encoding="utf-8-sig")
    assert outputs(load_tasks(str(tmp_path))) == {"t": [[[5]], [[6]]]}
