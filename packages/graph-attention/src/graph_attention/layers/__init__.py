"""Attention along a metabolic network, between conditions, and as the split of flux."""
