"""Detections as tokens: patches, places and tracks, in padded batches."""
