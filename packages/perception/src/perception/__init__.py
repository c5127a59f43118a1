"""Rendered stimuli with masks, image folders with manifests, and frozen image backbones."""
