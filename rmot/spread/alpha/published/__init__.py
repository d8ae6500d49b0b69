"""What source 004 prints, runnable as printed, where the engine's form differs from it.

Nothing else in the engine rests on these modules.
"""
