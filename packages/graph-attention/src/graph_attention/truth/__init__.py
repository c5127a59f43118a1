"""What is true of a network on a medium: media, fluxes, deletions, data sets. Nothing here imports torch."""
