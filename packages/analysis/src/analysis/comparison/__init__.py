"""Arms side by side: whether they may be compared, by what, and what is wrong with one."""
