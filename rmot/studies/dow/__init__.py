"""DIA against its thirty constituents: bounds, one joint quote, implied correlation."""
