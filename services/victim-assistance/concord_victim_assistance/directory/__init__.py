"""Where to find help, for anybody; nothing is logged."""
