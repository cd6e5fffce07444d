"""The learned tables and curves, with the figures, hashes and data licences of their training."""
