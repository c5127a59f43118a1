"""Videos of things that last and of things that do not, made or read."""
