"""The demo world and the demo walk, over HTTP only, like any client."""
