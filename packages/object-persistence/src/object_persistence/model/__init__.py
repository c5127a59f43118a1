"""The transformer over detections, its relations, its heads and what it learns."""
