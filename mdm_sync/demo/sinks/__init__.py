"""Where the program's mail and summaries go: they keep what they get and misbehave on request."""
