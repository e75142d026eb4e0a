"""Revisions: a mark that is new after every change to what an org's models are."""

from cadre.engine.models.routing import RevisionStore

__all__ = ["RevisionStore"]
