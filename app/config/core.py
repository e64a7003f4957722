"""The settings of a core: where it is, how it is spoken to, and how we show it who we are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from limits import RateLimitItem

from app.config.expressions import EXPRESSION, Expression
from app.config.kinds import DURATION, FLAG, RATE, REGION, URL, choice, integer, many, text
from app.config.reader import row
from app.config.references import KEY_FILE, PATH, Secret, secret

NATIVE, OWN = "native", "own"
_PATH = text("/v2/models/{model}/infer", r"/[A-Za-z0-9_.~/:?=&%{}-]{0,300}|")


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreSettings:
    """`[cores.<name>]`: a scoring core."""

    name: str
    url: str = row(URL, "Where the core is.", example="https://core.example.com")
    deadline: float = row(DURATION, "How long one question may take in all.", "2s")
    region: str = row(REGION, "Where the core runs.", "", example="eu")
    feedback: bool = row(FLAG, "Whether it is told what people say of its answers, by POST /v1/feedback.", False)
    limit_records: RateLimitItem | None = row(RATE, "Records that background work may ask about, in all.", None)  # noqa: RUF009 makes a field
    # how we show who we are
    auth: str = row(
        choice("none", "api-key", "oauth"), "How we show who we are, beside a certificate.", "", example="oauth"
    )
    api_keys: tuple[Secret, ...] = row(many(secret()), "API keys, newest first; the next is tried on a 401.", [])
    api_key_header: str = row(
        text("X-API-Key", r"[A-Za-z][A-Za-z0-9-]{0,63}"),
        "The header that carries a key; in Authorization it stands after Bearer.",
        "Authorization",
    )
    token_url: str = row(URL, "Where we get a token by OAuth client credentials.", "")
    client_id: str = row(text("inlay"), "Who we are there.", "")
    client_secret: Secret | None = row(secret(), "Its secret.", None)  # noqa: RUF009 makes a field
    token_scope: str = row(
        text("api://core/.default", r"[!#-\[\]-~ ]{0,300}"), "What we ask for there, if we must.", ""
    )
    client_certificate: Path | None = row(PATH, "Our certificate, where the core asks for one (mTLS).", None)  # noqa: RUF009 makes a field
    client_key: Path | None = row(KEY_FILE, "Its private key: a file of mode 600, without a password.", None)  # noqa: RUF009 makes a field
    ca_file: Path | None = row(PATH, "Authorities that the core's certificate is of, instead of the system's.", None)  # noqa: RUF009 makes a field
    # how it is spoken to
    map: str = row(
        choice(NATIVE, "mlflow", "open-inference", "openai", OWN),
        "What it speaks: our protocol, one that we have a map for, or another by expressions of your own.",
        "",
        example="mlflow",
    )
    model: str = row(text("lead", r"[A-Za-z0-9_.:/ -]{0,200}"), "Of a map: the model's name at the core.", "")
    model_version: str = row(text("3"), "Its version, where the core does not say it.", "")
    path: str = row(_PATH, "Of a map: where questions go; {model} stands for the model's name.", "")
    request: Expression | None = row(  # noqa: RUF009 makes a field
        EXPRESSION, "Of a map: JMESPath that makes the core's question of ours.", None
    )
    response: Expression | None = row(  # noqa: RUF009 makes a field
        EXPRESSION, "Of a map: JMESPath that makes our answer of the core's, an entry for each record.", None
    )
    version: Expression | None = row(EXPRESSION, "Of a map: JMESPath to the model's version in an answer.", None)  # noqa: RUF009 makes a field
    version_path: str = row(_PATH, "Of a map: where the version is read, if no answer says it.", "")
    version_at: Expression | None = row(EXPRESSION, "JMESPath to the version in what is there.", None)  # noqa: RUF009 makes a field
    health_path: str = row(_PATH, "Of a map: what answers 2xx when all is well.", "")
    batch: int = row(integer(0, 200), "Records in one question; 0: as the map has it.", 0)
    meaning: str = row(
        choice("", "probability", "percentile", "index"),
        "Of a map: what its numbers say; empty: as the map has it.",
        "",
        example="probability",
    )
    output: str = row(text("predict_proba", r"[A-Za-z0-9_.-]{0,100}"), "Of a tensor model: the output to ask for.", "")
    instructions: str = row(text("You score leads."), "Of a language model: what it is told, instead of ours.", "")

    @property
    def is_mapped(self) -> bool:
        """Whether a map stands between its JSON and ours."""
        return self.map not in ("", NATIVE)
