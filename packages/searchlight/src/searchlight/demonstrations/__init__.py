"""The demonstration of each system. Nothing here imports torch."""
