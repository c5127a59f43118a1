"""What a trained model's attention says of nodes and edges, and what it does without some edges."""
