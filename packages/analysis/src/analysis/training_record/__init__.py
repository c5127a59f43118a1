"""What training recorded: how fast a network learnt, and what it cost."""
