"""gRPC between services: a server that lets nobody through by default, a client that finds peers by the agreement."""

from concord_core.rpc.call import RpcCall, caller
from concord_core.rpc.peers import Peers
from concord_core.rpc.server import RpcServer, RpcService

__all__ = ["Peers", "RpcCall", "RpcServer", "RpcService", "caller"]
