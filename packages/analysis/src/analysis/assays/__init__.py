"""Questions asked of the stored numbers of a run, and what they find there."""
