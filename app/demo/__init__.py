"""The demo: simulated hosts that behave like the real ones, and the command that starts everything.

A guest in this house: it imports nothing of the rest of `app`, so that signer and verifier cannot share a
mistake.
"""
