"""The error tree: what can go wrong, what the outside is told, and what only the audit learns.

    InlayError
    ├── ConfigError             a configuration that we refuse to start with
    ├── BadRequest        400   bad-request
    │   ├── TooLarge      413   too-large
    │   ├── WrongMediaType 415  wrong-media-type
    │   ├── WrongMethod   405   bad-request
    │   ├── NotFound      404   not-found
    │   ├── Superseded    409   superseded
    │   ├── NotLaunched   400   not-launched
    │   └── ApprovalNeeded 403  approval-needed
    ├── LaunchRefused     403   refused
    │   ├── LaunchExpired 403   expired
    │   └── LaunchUsed    403   used
    ├── SessionInvalid    401   session-invalid
    │   └── SessionExpired 401  session-expired
    │       ├── SignInNeeded  401 sign-in-needed
    │       └── ConsentNeeded 401 consent-needed
    ├── SignInRefused     403   sign-in-refused
    │   └── SignInDenied, SignInElsewhere, SignInOver, CodeWrong: 403, with codes of their names
    ├── CallerUnknown     401   caller-unknown
    ├── Denied            403   denied
    ├── DocumentRefused   422   document-refused; one for each cause in app/documents/refusals.py
    ├── RateLimited       429   rate-limited
    ├── Unavailable       503   unavailable
    │   ├── Busy          503   busy
    │   ├── StoreUnavailable 503 store-unavailable
    │   ├── HostUnavailable  503 host-unavailable
    │   ├── BrokerUnavailable 503 broker-unavailable
    │   └── CoreUnavailable  503 core-unavailable
    ├── OutboundError           a call to the outside failed (net/ only; translated by its callers)
    │   ├── AddressRefused      the target is not an address that we may call
    │   ├── ConnectFailed       nothing answered, or TLS failed; nothing was sent
    │   ├── TimedOut            the deadline passed
    │   ├── AnswerTooLarge      the answer was over its size cap
    │   ├── RedirectRefused     the answer redirects to another origin
    │   └── ExchangeFailed      the connection broke after something was sent
    └── AnswerRefused           an outside answer has the wrong shape

`code` is public and for ever. `reason` is ours: it goes to the audit and to the admin, never to a viewer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class InlayError(Exception):
    """Any error of ours. `str(error)` is safe to show to anybody; `reason` is for the audit only."""

    code = "error"
    status = 500
    title = "Something went wrong on our side."
    retryable = False
    reference = ""  # what to quote to an admin, once it is written why

    def __init__(self, detail: str = "", *, reason: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.reason = reason or self.code
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a configuration: where, what, and its mend."""

    where: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} {self.mend}"


class ConfigError(InlayError):
    """The configuration is refused as a whole; carries every problem found, not the first only."""

    code = "config"
    title = "The configuration is not valid."

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class BadRequest(InlayError):
    code, status, title = "bad-request", 400, "The request is not valid."


class TooLarge(BadRequest):
    code, status, title = "too-large", 413, "The request is too large."


class WrongMediaType(BadRequest):
    code, status, title = "wrong-media-type", 415, "The request has the wrong content type."


class WrongMethod(BadRequest):
    """`allowed` are those that the address takes."""

    status, title = 405, "This address does not take that method."

    def __init__(self, allowed: Iterable[str] = (), *, reason: str = "http-405") -> None:
        super().__init__(reason=reason)
        self.allowed = frozenset(allowed)


class NotFound(BadRequest):
    code, status, title = "not-found", 404, "There is nothing at this address."


class Superseded(BadRequest):
    code, status = "superseded", 409
    title = "Somebody else has published meanwhile. Look at what they changed, then change yours again."


class NotLaunched(BadRequest):
    code, title = "not-launched", "This panel opens inside the application that it belongs to."


class ApprovalNeeded(BadRequest):
    code, status = "approval-needed", 403
    title = "This panel has not been allowed for you yet. Ask your administrator to allow it."


class LaunchRefused(InlayError):
    """A launch did not prove what it had to. The public answer never says why; `reason` does."""

    code, status, title = "refused", 403, "This panel could not be opened from here."


class LaunchExpired(LaunchRefused):
    code, title = "expired", "This launch is too old. Reload the page that shows the panel."


class LaunchUsed(LaunchRefused):
    code, title = "used", "This launch was used before. Reload the page that shows the panel."


class SessionInvalid(InlayError):
    code, status, title = "session-invalid", 401, "This panel is not signed in."


class SessionExpired(SessionInvalid):
    code, title = "session-expired", "This panel's session has ended."


class SignInNeeded(SessionExpired):
    """The host wants to see the viewer again. `claims` is what its sign-in must be told, as JSON, if anything."""

    code, title = "sign-in-needed", "Your organisation asks you to sign in again."

    def __init__(self, detail: str = "", *, reason: str = "", claims: str = "") -> None:
        super().__init__(detail, reason=reason)
        self.claims = claims


class ConsentNeeded(SessionExpired):
    code = "consent-needed"
    title = (
        "This panel has not been allowed to look at your records yet. Sign in to allow it, or ask your administrator."
    )


class SignInRefused(InlayError):
    """A sign-in did not prove what it had to, or is not to be. `reason` says why, to the audit only."""

    code, status = "sign-in-refused", 403
    title = "The sign-in could not be confirmed. Go back to the panel and sign in again."


class SignInDenied(SignInRefused):
    code, title = "sign-in-denied", "The sign-in was not allowed. Go back to the panel, or ask your administrator."


class SignInElsewhere(SignInRefused):
    code = "sign-in-elsewhere"  # the address was sent by somebody, or copied
    title = "This sign-in was begun in another window, or by somebody else. Sign in from the panel on your own page."


class SignInOver(SignInRefused):
    code, title = "sign-in-over", "This sign-in is over. Go back to the panel and sign in again."


class CodeWrong(SignInRefused):
    code, title = "code-wrong", "Those are not the digits. Look at the window and try again."


class CallerUnknown(InlayError):
    """A machine caller did not prove who it is. The public answer never says why; `reason` does."""

    code, status, title = "caller-unknown", 401, "Send a valid API key, or a token of your own issuer."


class Denied(InlayError):
    code, status, title = "denied", 403, "You cannot see this record."


class DocumentRefused(InlayError):
    """A file is not read, and never will be as it is. Its title says what its owner can do about that."""

    code, status, title = "document-refused", 422, "This document cannot be read."


class DocumentTooLarge(DocumentRefused):
    code, status = "document-too-large", 413
    title = "This document is too large to be read. Split it, or save it without pictures and attachments."


class RateLimited(InlayError):
    """Somebody has to wait: this viewer, this connection, or (both empty) an address."""

    code, status, title = "rate-limited", 429, "Too many requests. Try again in a moment."
    retryable = True
    connection = viewer = ""


class Unavailable(InlayError):
    code, status, title = "unavailable", 503, "Not available right now. Try again in a moment."
    retryable = True


class Busy(Unavailable):
    code, title = "busy", "Too much is going on right now. Try again in a moment."


class StoreUnavailable(Unavailable):
    code = "store-unavailable"


class HostUnavailable(Unavailable):
    code = "host-unavailable"


class CoreUnavailable(Unavailable):
    code = "core-unavailable"


class BrokerUnavailable(Unavailable):
    code = "broker-unavailable"


class OutboundError(InlayError):
    """A call through the network door failed. `sent` tells whether the other side may have acted on it."""

    code, status, title = "outbound", 502, "A service that we depend on did not answer."
    sent = True


class AddressRefused(OutboundError):
    code, title, sent = "address-refused", "The address is not one that we may call.", False


class ConnectFailed(OutboundError):
    code, title, sent, retryable = "connect-failed", "Nothing answered at the address.", False, True


class TimedOut(OutboundError):
    code, title, retryable = "timed-out", "The answer took too long.", True


class AnswerTooLarge(OutboundError):
    code, title = "answer-too-large", "The answer was too large."


class RedirectRefused(OutboundError):
    code, title = "redirect-refused", "The answer redirects to another origin."


class ExchangeFailed(OutboundError):
    code, title, retryable = "exchange-failed", "The connection broke.", True


class AnswerRefused(InlayError):
    """An answer from outside has the wrong shape. `path` is where, as in `results[3].score`."""

    code, status, title = "answer-refused", 502, "A service that we depend on answered nonsense."

    def __init__(self, detail: str = "", *, path: str = "", reason: str = "") -> None:
        super().__init__(detail, reason=reason)
        self.path = path
