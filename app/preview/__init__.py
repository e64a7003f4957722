"""The designers' preview: every component in every state, in every host's look, without a host and without real data.

Stories are data and stay data: what a URL names is checked against `[args]` and handed to a fixed template; nothing
in a URL or a story is ever compiled, and no id of a URL selects anything that two people share.
"""
