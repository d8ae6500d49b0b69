"""What the sources print, runnable as printed: each module says where it stands and what it gives.

Nothing else in the engine rests on these modules.
"""
