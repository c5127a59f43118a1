"""A transformer over a metabolic network, and how its fluxes keep mass."""
