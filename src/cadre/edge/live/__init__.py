"""The live door: runs and conversations as they happen, by SSE and by WebSocket.

A stream is the journal from where the client left off, then what is new; what is only
live (text as it is written) comes between and has no id. A client that reads slowly holds
a bounded number of items and slows only itself.
"""

from cadre.edge.live.routes import router
from cadre.edge.live.streams import Streams

__all__ = ["Streams", "router"]
