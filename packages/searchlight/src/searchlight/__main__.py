"""`python -m searchlight`, which is how torchrun starts it."""

from searchlight.cli import main

main()
