"""What a trained network's attention and gradients say of support cells, and what it does without some of them."""
