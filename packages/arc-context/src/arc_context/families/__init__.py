"""Families of generated tasks, each with a guarantee that its support settles the answer."""
