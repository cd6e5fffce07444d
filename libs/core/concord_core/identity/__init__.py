"""Who asks, and what they may do: tokens of both kinds of issuer, the policy table, staff sign-in."""

from concord_core.identity.gate import Allow, AllowPage, Door, Gate, Routes
from concord_core.identity.policy import Operation, PolicyTable, Tenancy
from concord_core.identity.principal import PUBLIC, Principal
from concord_core.identity.tokens import ServiceTokens
from concord_core.identity.verifier import TokenVerifier

__all__ = [
    "PUBLIC",
    "Allow",
    "AllowPage",
    "Door",
    "Gate",
    "Operation",
    "PolicyTable",
    "Principal",
    "Routes",
    "ServiceTokens",
    "Tenancy",
    "TokenVerifier",
]
