"""Attention as it was stored, and what can be said about it: tables, networks, flow, clusters, faithfulness."""
