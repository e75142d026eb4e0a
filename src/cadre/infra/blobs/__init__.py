"""Blobs: bytes kept once under the hash of their content."""

from cadre.infra.blobs.folder import BlobNotFound, Blobs

__all__ = ["BlobNotFound", "Blobs"]
