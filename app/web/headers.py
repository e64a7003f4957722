"""The security headers of every answer. Whatever says nothing else may not be framed, cached or scripted."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence

NOT_FRAMED = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)

NOBODY = "'none'"

COMMON: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # addresses of ours hold record ids
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": NOT_FRAMED,
}

# Bearer tokens only, never cookies: any page may ask, and gets nothing without a token. A frame with an opaque
# origin asks as "null", an element from its host's origin.
OPEN_TO_PAGES: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Inlay-State, Retry-After",
    "Cross-Origin-Resource-Policy": "cross-origin",
}

PREFLIGHT: Mapping[str, str] = {
    **OPEN_TO_PAGES,
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match, HX-Request, HX-Request-Type, "
    "HX-Source, HX-Target, HX-Current-URL, HX-Boosted",
    "Access-Control-Max-Age": "7200",
}


def style_hash(style: str) -> str:
    """The source expression that allows exactly this inline `<style>` (CSP level 3, section 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


def panel_policy(ancestors: Sequence[str], public_url: str, nonce: str, style: str, *, exports: bool = False) -> str:
    """The policy of a panel's page: framed by the connection's origins only, scripts only from us by nonce.

    Our origin is written out, since 'self' names nothing in a frame with an opaque origin. Where there are
    exports, a form may go there: a printable page opens in a tab of its own, and its token stands in no address.
    """
    forms = f"{public_url}/exports" if exports else NOBODY
    return (
        f"{_policy(ancestors, style, forms)}; script-src 'nonce-{nonce}'; connect-src {public_url}; "
        "require-trusted-types-for 'script'; trusted-types inlay htmx hx-csp"
    )


def around_policy(
    ancestors: Sequence[str], public_url: str, nonce: str, style: str, sources: Sequence[str], asks: Sequence[str]
) -> str:
    """The policy of a page of ours around a panel: its own scripts by nonce, the vendor's from where they must come.

    No vendor's library keeps to Trusted Types, so they are not asked for here: the panel's own page does that.
    """
    scripts = " ".join((f"'nonce-{nonce}'", *sources))
    return (
        f"{_policy(ancestors, style, NOBODY)}; script-src {scripts}; "
        f"connect-src {' '.join(asks) or NOBODY}; frame-src {public_url}"
    )


def popup_policy(nonce: str, style: str) -> str:
    """The policy of a window's page: framed by nobody, scripts only from us by nonce, and no way to write markup."""
    return (
        f"default-src 'none'; style-src {style_hash(style)}; img-src data:; frame-ancestors {NOBODY}; base-uri 'none'; "
        f"form-action 'self'; script-src 'nonce-{nonce}'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def admin_policy(public_url: str, nonce: str) -> str:
    """The policy of an admin's page: framed by nobody, its sheet and script from us, and no way to write markup."""
    return (
        f"default-src 'none'; style-src {public_url}; img-src data:; connect-src {public_url}; "
        f"frame-ancestors {NOBODY}; base-uri {NOBODY}; form-action 'self'; script-src 'nonce-{nonce}'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def still_policy(ancestors: Sequence[str], style: str) -> str:
    """The policy of a page without scripts, framed by these origins only; by nobody when there are none."""
    return _policy(ancestors, style, NOBODY)


def _policy(ancestors: Sequence[str], style: str, forms: str) -> str:
    return (
        f"default-src 'none'; style-src {style_hash(style)}; img-src data:; "
        f"frame-ancestors {' '.join(ancestors) or NOBODY}; base-uri 'none'; form-action {forms}"
    )


def reporting(policy: str, public_url: str, connection: str) -> str:
    """The policy, and where its breaches are reported to.

    `report-uri` and not `report-to`: a page that is refused to its frame never becomes a page, and Chromium takes
    endpoints from pages only. Where both are named it reports nothing.
    """
    return f"{policy}; report-uri {public_url}/reports/csp?connection={connection}"


def whole_headers(public_url: str, own: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """All headers of an answer to a panel but its length, for one that is made whole before it is asked for."""
    return tuple({**COMMON, **OPEN_TO_PAGES, **over_tls(public_url), **own}.items())


def over_tls(public_url: str) -> Mapping[str, str]:
    """What is said where we are reached over TLS only."""
    return {"Strict-Transport-Security": "max-age=31536000"} if public_url.startswith("https://") else {}
