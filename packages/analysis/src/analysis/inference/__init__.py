"""Estimates with intervals, tests and corrections for few units, whatever was measured."""
