"""Which tracks of somebody's own video last, by a model that was trained on made ones. Imports no torch."""
