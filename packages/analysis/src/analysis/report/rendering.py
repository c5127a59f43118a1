"""Templates filled in, everything escaped."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from analysis.report import wording


@cache
def environment() -> Environment:
    """The templates of the package, and how they word numbers."""
    made = Environment(
        loader=PackageLoader("analysis.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        interval=wording.interval,
        sentence=wording.sentence,
        p=wording.p_value,
        size=wording.effect_size,
        plain=wording.plain,
        numerals=wording.numerals,
        figure=wording.number,
    )
    made.globals["signs"] = wording.SIGNS
    return made


def rendered(template: str, **context: Any) -> str:
    """A template with what it shows."""
    return environment().get_template(template).render(**context)


def source(name: str) -> Markup:
    """A file beside the templates, as it stands."""
    loader = environment().loader
    assert loader is not None
    return Markup(loader.get_source(environment(), name)[0])
