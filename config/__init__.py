"""Settings, secrets and texts: their types, their loader, the commented example, the templates of mails."""
