"""How results come to be on disk: atomic files, code fingerprints, number formats, profiles."""
