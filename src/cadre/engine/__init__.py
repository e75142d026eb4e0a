"""Engine: runs and what they are made of (agents, models, tools, gate, approvals)."""
