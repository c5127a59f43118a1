import re
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_the_readme_prints_of_the_model_what_it_says(capsys):
    section = README.read_text().split("\n## Model\n")[1].split("\n## ")[0]
    example, printed = re.findall(r"```(?:python|text)\n(.*?)```", section, re.DOTALL)[:2]
    exec(compile(example, str(README), "exec"), {})
    assert capsys.readouterr().out == printed
