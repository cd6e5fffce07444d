"""Who asks, and what they may do: tokens of both kinds of issuer, the policy table, staff sign-in."""

from concord_core.identity.gate import Allow, AllowPage, Gate
from concord_core.identity.policy import Operation, PolicyTable, Tenancy
from concord_core.identity.principal import PUBLIC, Principal
from concord_core.identity.tokens import ServiceTokens
from concord_core.identity.verifier import TokenVerifier

__all__ = [
    "PUBLIC",
    "Allow",
    "AllowPage",
    "Gate",
    "Operation",
    "PolicyTable",
    "Principal",
    "ServiceTokens",
    "Tenancy",
    "TokenVerifier",
]
