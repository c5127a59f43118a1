"""Seeing what models that others wrote attend to."""
