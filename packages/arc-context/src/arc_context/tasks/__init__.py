"""Tasks of ARC: what they are, where they come from, what splits share. Imports no torch."""
