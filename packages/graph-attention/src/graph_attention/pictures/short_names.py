"""Names of subsystems, short enough to stand beside a row."""

from collections.abc import Sequence
from textwrap import shorten

LONGEST = 30
SHORTER = {
    " Metabolism": "",
    "Biosynthesis": "synth.",
    "Lipopolysaccharide": "LPS",
    "Cofactor and Prosthetic Group": "Cofactor",
    "Biomass and maintenance functions": "Biomass, maintenance",
    "Tyrosine, Tryptophan, and Phenylalanine": "Tyr, Trp, Phe",
    "Valine, Leucine, and Isoleucine": "Val, Leu, Ile",
    "Threonine and Lysine": "Thr, Lys",
    "Arginine and Proline": "Arg, Pro",
    "Alanine and Aspartate": "Ala, Asp",
    "Glycine and Serine": "Gly, Ser",
    "Purine and Pyrimidine": "Purine, pyrimidine",
    "Inorganic Ion Transport and": "Inorganic ions",
    "Oxidative Phosphorylation": "Oxidative phosphoryl.",
    "Glycolysis/Gluconeogenesis": "Glycolysis, gluconeog.",
}


def short_names(names: Sequence[str]) -> list[str]:
    """The same names with words that do not tell them apart left out."""
    return [shorten(_shorter(name), LONGEST, placeholder=" …") for name in names]


def _shorter(name: str) -> str:
    for long, short in SHORTER.items():
        name = name.replace(long, short)
    return name or "unassigned"
