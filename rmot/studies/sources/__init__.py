"""The sources' tables and figures, line by line: what each prints, and what is computed here."""
