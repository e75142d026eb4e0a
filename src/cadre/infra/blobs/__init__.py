"""Blobs: bytes kept once under the hash of their content."""

from cadre.infra.blobs.folder import BlobNotFound, Blobs, id_of

__all__ = ["BlobNotFound", "Blobs", "id_of"]
