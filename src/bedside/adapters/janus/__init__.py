"""Janus, the media server of group calls."""

from bedside.adapters.janus.server import JanusServer

__all__ = ["JanusServer"]
