"""Stored numbers as pictures with the words that belong to them."""
