"""Public data sets: immutable, dated, signed. What the world sees is the last one published, never a live count."""
