"""App: the roof. Settings, the one place where everything is wired, and the command line."""
