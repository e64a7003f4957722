"""Why a launch was refused: a closed table of codes for the audit and the admin; a viewer never sees them."""

from __future__ import annotations

from app.errors import LaunchExpired, LaunchRefused

REASONS = {
    # the proof as a text
    "malformed": "The proof is not written as this host writes proofs.",
    "too-large": "The proof is larger than any honest one.",
    "duplicate-key": "The proof names the same thing twice, so that two readers could read it differently.",
    # its signature
    "algorithm-refused": "The proof is not signed with an algorithm that the connection is configured for.",
    "header-refused": "The token's header brings keys or extensions of its own.",
    "type-wrong": "The token is of another type than a launch.",
    "key-unknown": "The token names no key, or one that the connection does not know.",
    "key-weak": "The key is too short for its algorithm.",
    "signature-wrong": "No key of the connection made this signature: wrong secret, or a changed proof.",
    # what it says
    "no-checks": "The host declares no checks; nothing may pass unchecked.",
    "claim-missing": "The proof does not say what it must say.",
    "claim-wrong": "What the proof says there has the wrong type, shape or size.",
    "issuer-wrong": "The proof comes from another issuer or organisation than the connection's.",
    "audience-wrong": "The proof is meant for somebody else.",
    "expired": "The proof is past its end, or the host's clock is behind.",
    "not-yet-valid": "The proof starts in the future; the host's clock is ahead.",
    "life-too-long": "The proof is valid for longer than its kind may be.",
    "origin-unlisted": "The proof names an origin that is not one of the connection's.",
    "origin-mismatch": "The browser came from another origin than the proof names.",
    "instance-refused": "The proof names an API address that is not the connection's.",
    "component-unlisted": "The component is not one of the connection's.",
    "component-mismatch": "Another component was asked for than the proof names.",
    "record-missing": "The proof names no record.",
    "record-mismatch": "A record was asked for that the proof does not name.",
    "record-type-unknown": "The type of the record cannot be told from the proof.",
    # tokens of a directory or provider
    "api-token": "The token is for the host's own API. The page must ask for one that is for this app.",
    "version-unknown": "The token is of a version that is not known here.",
    "tenant-unlisted": "The viewer's tenant is not one of the connection's.",
    "tenant-personal": "The viewer came with a personal account, which belongs to no organisation.",
    "scope-missing": "The token does not have the scope that the connection asks for.",
    "app-only": "The token is an app's own and speaks for no viewer.",
    "client-unlisted": "The token was given to an app that is not one of the connection's.",
    "nonce-wrong": "The token answers another sign-in than the one that we started.",
    # sign-ins
    "no-proof": "This host's pages prove nothing. Its viewers sign in.",
    "code-refused": "The host refused the code of a sign-in: it is not for this attempt, was used, or is too old.",
    "viewer-mismatch": "The proof names two different viewers.",
}


def refused(reason: str, name: str = "") -> LaunchRefused:
    """The refusal for a code of the table; `name` says which claim. An unlisted code is our own error."""
    if reason not in REASONS:
        raise KeyError(reason)
    code = f"{reason}:{name}" if name else reason
    return LaunchExpired(reason=code) if reason == "expired" else LaunchRefused(reason=code)
