"""cadre: teams of AI agents for an organisation, journaled, permitted, paid for and visible."""

__version__ = "0.1.0"
