"""Training: from the public name data to the model files. Not needed at run time."""
