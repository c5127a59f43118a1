"""Figures for a browser: hover, zoom, and selectors; drawn by plotly."""

from analysis.interactive.views import Interactive, View

__all__ = ["Interactive", "View"]
