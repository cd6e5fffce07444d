"""A service as small as can be: it counts facts. Its tables show every effect, lost or doubled ones too."""
