"""The front door: find help, tell us what happened, come back."""
