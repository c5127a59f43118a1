"""What was claimed of another model, which no run of this one can settle."""

from analysis import Hypothesis
from arc_context.claims.predictions import BeyondRuns

IN_ITS_CODE = (
    "no run here tells what another model rests on; by reading its code it is false: the Tiny Recursive Model embeds "
    "one grid and a learned vector of the puzzle's identifier, and no other pair (`_input_embeddings` in "
    "models/recursive_reasoning/trm.py, SamsungSAILMontreal/TinyRecursiveModels), so that there is no support to "
    "attend to; with a blank or a random identifier it solves 0 % (arXiv 2512.11847)"
)

TRM = Hypothesis(
    6,
    "TRM's result rests on direct support attention.",
    "Not by a run: its code is read. What recursion with puzzle embeddings, and without any support attention, does on "
    "tasks it never trained on is told by the arm puzzle_embedding.",
    (BeyondRuns(sentence="the Tiny Recursive Model attends to support pixels", why=IN_ITS_CODE),),
)
