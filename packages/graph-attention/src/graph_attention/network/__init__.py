"""Metabolic networks: read, checked, cut to size, converted. Nothing here imports torch."""
