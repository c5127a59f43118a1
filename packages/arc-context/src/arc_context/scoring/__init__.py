"""How right answers are, in the three conventions in use, and the file they are handed in as. Imports no torch."""
