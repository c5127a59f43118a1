"""What is drawn of attention in a metabolic network, as plain data, figures and files. Imports no torch."""
