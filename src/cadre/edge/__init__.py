"""Edge: the doors. Each maps its wire to the rooms below and holds no rules of its own."""
