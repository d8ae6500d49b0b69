"""One spread's smile in the alpha model and in the models that source 004 weighs against it."""
