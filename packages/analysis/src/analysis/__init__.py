"""Statistics of claims about attention, and the files of a run. Reads numbers, never a model."""
