"""N-back tasks on rendered objects, and recurrent models with task-guided attention."""
