"""The names of figures: what is counted, and of what the length is kept."""

from __future__ import annotations

LAUNCHES, REFUSED = "launches", "refused"  # accepted; not accepted
VIEWS_SHOWN = "views"  # decisions that a session was shown for the first time
REMEMBERED = "remembered"  # answers that were in memory whole, so that nothing was asked
ROAD = "road"  # seconds from a request to its fragments, where they were not in memory
AGE = "age"  # seconds since a score that is shown was computed
HOST_CALLS, HOST_FAILED = "host-calls", "host-failed"
JOBS_DEAD = "jobs-dead"

_STATES = ("ready", "stale", "pending", "unavailable", "denied", "empty")
LEVELS = ("memory", "redis", "database")  # of the caches of scores
CONVERTED, NOT_CONVERTED = "converted", "not-converted"  # what a host may tell of a record


def answered(state: str) -> str:
    """Answers that said this to a viewer."""
    return f"answers-{state}"


def reviewed(verdict: str) -> str:
    """Verdicts of this kind that viewers gave."""
    return f"reviews-{verdict}"


def thumbed(thumb: str) -> str:
    """Thumbs that viewers gave: up or down."""
    return f"thumbs-{thumb}"


def satisfaction(answer: str) -> str:
    """Answers to the question how satisfied somebody is: 1 to 5."""
    return f"satisfaction-{answer}"


def became(band: str, outcome: str) -> str:
    """Records of which the host told this, by the band that they had been shown with."""
    return f"outcome-{band}-{outcome}"


def looks(level: str, outcome: str) -> str:
    """Looks for scores into a level of the cache: hit or miss."""
    return f"cache-{level}-{outcome}"


def core_calls(core: str) -> str:
    """What calls to a core are counted under."""
    return f"core-calls:{core}"


def core_failed(core: str) -> str:
    """What failed calls to a core are counted under."""
    return f"core-failed:{core}"


def core_records(core: str) -> str:
    """What records that a core was asked about are counted under."""
    return f"core-records:{core}"


def arm_said(capability: str, core: str, said: str) -> str:
    """Records by what one of a canary's two cores said of them: a band, or one of UNSCORED."""
    return f"arm-{said}:{capability}:{core}"


def arm_points(capability: str, core: str) -> str:
    """The sum of its scores."""
    return f"arm-points:{capability}:{core}"


def feature(name: str, outcome: str) -> str:
    """Records whose feature was filled, or missing."""
    return f"feature-{outcome}:{name}"


UNSCORED = ("insufficient", "failed", "refused")
ANSWERS = tuple(map(answered, _STATES))
REVIEWS = tuple(map(reviewed, ("accepted", "dismissed", "overridden")))
THUMBS = tuple(map(thumbed, ("up", "down")))
SATISFACTION = tuple(map(satisfaction, "12345"))
SATISFACTION_ASKED, SATISFACTION_DECLINED = map(satisfaction, ("asked", "declined"))
LOOKS = tuple(looks(level, outcome) for level in LEVELS for outcome in ("hit", "miss"))
