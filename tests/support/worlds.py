"""The world of the walk on the full stack: people at their own node's address, their tokens from real Keycloak."""

import functools

from concord_stack.demo.command import SEED, client, publish_release
from concord_stack.full import FullStack
from concord_stack.walk.walk import World
from tests.support.keycloak_signin import KeycloakTokens


def full_world(stack: FullStack) -> World:
    """People sign in through their agency's login."""
    origins = {"": stack.origin, "unfpa": stack.node("unfpa").origin}
    tokens = KeycloakTokens(stack.issuer, stack.password)
    return World(origins, functools.cache(client), tokens, lambda: publish_release(stack), stack.otlp.spans, SEED)
