"""The geometry of states: averages, subspaces, rotations and what moving along a direction does."""
