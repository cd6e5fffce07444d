"""The demo world: invented cases of eight agencies, sent by the same REST commands that people's programs use."""
