"""The scoring core as we see it: its client, what it answers, and what is kept of that."""
