"""From answers of several views to two attempts. Imports no torch."""
