"""What the sources propose for correlation, as they print it.

Nothing rests on this: it is kept so that a reader can run it and see where its answers come from.
"""
