"""Detections that are one object in several frames: linking, and what a linked track is like."""
