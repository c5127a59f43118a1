"""Claims as they were made, and the networks and predictions that settle them."""
