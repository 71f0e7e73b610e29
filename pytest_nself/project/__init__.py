"""Who we are working for: settings, environment and folders; the only readers of the environment."""
