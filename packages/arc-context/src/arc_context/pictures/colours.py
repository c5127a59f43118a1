"""The ten colours of grids, and what can be read on each."""

PALETTE = (
    ("#000000", "#ffffff"),
    ("#0074d9", "#ffffff"),
    ("#ff4136", "#000000"),
    ("#2ecc40", "#000000"),
    ("#ffdc00", "#000000"),
    ("#aaaaaa", "#000000"),
    ("#f012be", "#000000"),
    ("#ff851b", "#000000"),
    ("#7fdbff", "#000000"),
    ("#870c25", "#ffffff"),
)
"""The colours of ARC's own testing interface, 0 to 9, each with the ink of the digit that tells it apart."""

LINES = "#808080"
"""Between cells; it can be seen beside every colour."""
