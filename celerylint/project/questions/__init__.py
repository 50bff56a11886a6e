"""What rules ask of the model, where more than one would, or where the answer is long."""
