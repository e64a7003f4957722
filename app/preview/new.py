"""`inlay preview new NAME`: a component's folder with every file and every required state, ready to be changed."""

from __future__ import annotations

import re
from pathlib import Path

from app.errors import ConfigError, Problem
from app.web.catalog import REQUIRED_STORIES

_TAG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
_STATES = ("ready", "stale", "pending", "unavailable", "denied", "empty", "loading")
_NAMED = 'name = "Larkfield Freight"'
_ARGS = {
    "ready": _NAMED,
    "loading": 'state = "loading"',
    "stale": f'state = "stale", {_NAMED}',
    "error": 'state = "unavailable"',
    "denied": 'state = "denied"',
    "empty": 'state = "empty"',
    "pending": 'state = "pending"',
    "long-text": 'name = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle"',
    "markup-in-text": "name = '<img src=x onerror=alert(1)> {{ 7*7 }}'",
    "right-to-left": _NAMED,
}
_HTML = """\
{{#- Reads its declared args, `uid`, `t`, `tn` and `fmt`; everything is escaped. -#}}
{{% set announce = name if state in ("ready", "stale") else t("Loading…") if state == "pending"
  else t("The score is not available right now.") if state == "unavailable"
  else t("You cannot see this record.") if state == "denied"
  else t("There is no score for this record.") if state == "empty" else "" %}}
<div class="{tag}" data-inlay="{tag}" data-state="{{{{ state }}}}" data-record="{{{{ record }}}}"
  {{%- if announce %}} data-announce="{{{{ announce }}}}"{{% endif %}}
  {{%- if state in ("pending", "loading") %}} aria-busy="true"{{% endif %}}
  lang="{{{{ fmt.lang }}}}" dir="{{{{ fmt.dir }}}}">
  {{% if state == "unavailable" %}}<p>{{{{ announce }}}}</p>
    <button type="button" data-action="retry">{{{{ t("Try again") }}}}</button>
  {{% else %}}<p>{{{{ announce or t("Loading…") }}}}</p>{{% endif %}}
</div>
"""
_CSS = """\
/* One sheet for the iframe page, the shadow root and the preview: logical properties and tokens only. */

:host(inlay-{tag}) {{
  display: block;
}}

.{tag} {{
  padding: 1rem;
  overflow-wrap: anywhere;
  font-size: var(--inlay-size);
  line-height: 1.5;
  color: var(--inlay-text);
  background: var(--inlay-surface);
  border: 1px solid var(--inlay-line);
  border-radius: var(--inlay-radius);

  p {{
    margin: 0;
  }}

  button {{
    min-block-size: 32px;
    padding-inline: .7em;
    font: inherit;
    color: var(--inlay-accent);
    background: none;
    border: 1px solid;
    border-radius: 6px;
  }}
}}
"""


def write_component(components: Path, tag: str) -> list[Path]:
    """Write the folder; what is there already is never touched. Raises ConfigError."""
    if not _TAG.fullmatch(tag):
        raise ConfigError([Problem(tag, "is no element's name.", "Use small letters and a hyphen: deal-card.")])
    folder = components / tag
    try:
        folder.mkdir()
    except OSError as error:
        raise ConfigError([Problem(str(folder), f"cannot be made: {error.strerror}.", "Use another name.")]) from error
    texts = {
        f"{tag}.html": _HTML.format(tag=tag),
        f"{tag}.css": _CSS.format(tag=tag),
        "stories.toml": _stories(tag),
        "README.md": f"# {tag}\n\nWhat it is for, in a sentence.\n\nDo: say when to use it. Don't: say when not to.\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    return [folder / name for name in texts]


def _stories(tag: str) -> str:
    states = ", ".join(f'"{state}"' for state in _STATES)
    rows = [
        f'summary = "What {tag} is for, in a sentence."\n\n[args]',
        f'state = {{ type = "enum", of = [{states}], default = "ready", doc = "What can be said right now." }}',
        'record = { type = "text", max = 340, default = "Lead/00Q1", doc = "The record, written type/id." }',
        'name = { type = "text", max = 400, default = "", doc = "What it is about." }',
    ]
    for story in REQUIRED_STORIES:
        locale = '\nlocale = "ar"' if story == "right-to-left" else ""
        flow = '\nflow = { after = 2000, go = "ready" }' if story == "pending" else ""
        rows.append(f"\n[story.{story}]{locale}{flow}\nargs = {{ {_ARGS[story]} }}")
    return "\n".join(rows) + "\n"
