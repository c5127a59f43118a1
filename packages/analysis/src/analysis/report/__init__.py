"""Pages of numbers and pictures that stand on their own."""
