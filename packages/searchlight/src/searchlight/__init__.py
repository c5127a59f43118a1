"""One command line: configs, experiments, training, runs."""
