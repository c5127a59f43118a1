"""Attention layers on the fused path that hand back a lazy map of what they attend to."""
