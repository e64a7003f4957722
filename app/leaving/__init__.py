"""Leaving: a connection is closed, its viewers' tokens are revoked at the host, what must be kept is written into a
folder, and the rest is erased. Each step is written down when it is done, so that whoever was interrupted goes on.
"""

from app.leaving.rules import Does
from app.leaving.standing import Line, Plan, Standing, Step, retention_of_left
from app.leaving.steps import SETTLE_S, Leaving

__all__ = ["SETTLE_S", "Does", "Leaving", "Line", "Plan", "Standing", "Step", "retention_of_left"]
