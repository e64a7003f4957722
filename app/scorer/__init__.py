"""The built-in scoring core, a product of its own: scores records by scorecards over HTTP."""
