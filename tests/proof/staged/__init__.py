"""The whole of the demo's world as processes, people who ask it as in a busy hour, and what is seen of it."""
