"""The neural volatility model that 003 describes, as it prints it, and the same done rightly.

Nothing rests on this: it is the baseline that `rmot.neural` is held against.
"""
