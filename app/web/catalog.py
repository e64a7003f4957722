"""The catalogue: every component folder read and strictly checked at start.

A folder is the component: `<tag>/<tag>.html`, `<tag>.css`, `stories.toml`, `README.md`, `<tag>.js` or
not. What several share is a file beside the folders, which each names where it takes it in: `_list.css`,
`_list.html`. There is nothing to register. All problems of all folders are reported together, each with its mend.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import BadRequest, ConfigError, NotFound, Problem
from app.web.args import Arg, SchemaError, check_all, read_schema
from app.web.sources import parts, small_css, whole_css, with_tokens

REQUIRED_STORIES = (
    "ready", "loading", "stale", "error", "denied", "empty", "pending",
    "long-text", "markup-in-text", "right-to-left",
)  # fmt: skip
_TAG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")  # a custom element's name needs its hyphen
_STORY_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_TOP = {"summary", "opens", "args", "story"}
_STORY_KEYS = {"args", "base", "doc", "locale", "flow"}
Toml = Callable[[Path], dict[str, Any]]  # reads a file of TOML; raises ValueError, RecursionError


def plain_toml(path: Path) -> dict[str, Any]:
    """What a file of TOML says."""
    return tomllib.loads(path.read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Flow:
    """What follows a story by itself: after so many milliseconds, another."""

    after: int
    go: str


@dataclass(frozen=True, slots=True)
class Story:
    """One state of a component, as data. `args` are complete and checked."""

    name: str
    args: Mapping[str, Any]
    doc: str = ""
    locale: str = "en"
    flow: Flow | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """One folder. `css` is small already and holds no tokens; `template` is the name for the renderer."""

    tag: str
    summary: str
    args: Mapping[str, Arg]
    opens: tuple[str, ...]
    css: str
    template: str
    parts: tuple[str, ...]  # the names of the shared files that it takes in
    script: str  # the path that its own script is served under; none: empty
    readme: str
    stories: Mapping[str, Story]

    def check(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Params in their declared types, defaults filled in. Raises BadRequest."""
        return check_all(self.args, params)


class Catalog(Mapping[str, Component]):
    """All components by tag, and the style sheets that go with them."""

    def __init__(self, components: Mapping[str, Component], tokens_css: str) -> None:
        self._components = dict(components)
        self.tokens_css = tokens_css

    @classmethod
    def load(cls, folder: Path, tokens: Path, toml: Toml = plain_toml) -> Catalog:
        """Read every component folder and the tokens. Raises ConfigError with every problem found."""
        catalog, problems = cls.read(folder, tokens, toml)
        if problems:
            raise ConfigError(problems)
        return catalog

    @classmethod
    def read(cls, folder: Path, tokens: Path, toml: Toml = plain_toml) -> tuple[Catalog, list[Problem]]:
        """What can be read, and every problem found in the rest: for designers, who go on with the others."""
        problems: list[Problem] = []
        components = {}
        for path in sorted(child for child in folder.iterdir() if child.is_dir()):
            if component := _component(path, toml, problems):
                components[path.name] = component
        for component in components.values():
            for tag in component.opens:
                if tag not in components:
                    what = f"opens {tag!r}, which does not exist"
                    _note(problems, component.tag, what, "Name a folder that exists.")
        return cls(components, small_css(tokens.read_text("utf-8"))), problems

    def __getitem__(self, tag: str) -> Component:
        try:
            return self._components[tag]
        except KeyError:
            raise NotFound("There is no such component.", reason="component-unknown") from None

    def __contains__(self, tag: object) -> bool:
        return tag in self._components  # Mapping's own waits for a KeyError

    def __iter__(self) -> Iterator[str]:
        return iter(self._components)

    def __len__(self) -> int:
        return len(self._components)

    def styles(self, tag: str, more: str = "") -> str:
        """A component's one sheet and `more`, with the tokens that they need: for a page, a root, the preview."""
        return with_tokens(self.tokens_css, self[tag].css + more)


def _component(path: Path, toml: Toml, problems: list[Problem]) -> Component | None:
    tag = path.name
    before = len(problems)
    if not _TAG.fullmatch(tag):
        _note(problems, tag, "is not an element's name", "Use small letters and a hyphen, as in score-badge.")
    taken_in = parts(path)
    if _lacks(path, taken_in, problems):
        return None
    css = _sheet(path / f"{tag}.css", problems)
    document = _document(path / "stories.toml", toml, problems)
    if not document:
        return None
    try:
        schema = read_schema(document.get("args"))
    except SchemaError as error:
        _note(problems, f"{tag}/stories.toml", f"[args] {error}", "See an existing component for the form.")
        return None
    stories = _Stories(tag, document, schema, problems).read()
    if len(problems) > before:
        return None
    return Component(
        tag=tag,
        summary=document["summary"],
        args=schema,
        opens=tuple(document.get("opens", ())),
        css=css,
        template=f"{tag}/{tag}.html",
        parts=taken_in,
        script=f"embed/{tag}.js" if (path / f"{tag}.js").is_file() else "",
        readme=(path / "README.md").read_text("utf-8"),
        stories=stories,
    )


def _lacks(path: Path, taken_in: Sequence[str], problems: list[Problem]) -> bool:
    tag, before = path.name, len(problems)
    for name in (f"{tag}.html", f"{tag}.css", "stories.toml", "README.md"):
        if not (path / name).is_file():
            _note(problems, tag, f"lacks {name}", "Add the file, or delete the folder.")
    for name in taken_in:
        if not (path.parent / name).is_file():
            _note(problems, tag, f"takes in {name}, which does not exist", "Name a file that components/ holds.")
    return len(problems) > before


def _sheet(path: Path, problems: list[Problem]) -> str:
    css = whole_css(path)
    if "@include" in css:
        _note(problems, path.name, "takes in what is no part", 'Write @include "_name.css"; a part takes in no other.')
    if "</" in css or "@import" in css or "url(" in css:
        _note(problems, path.name, "loads something or could close its <style>", "Use CSS and inline SVG only.")
    return css


def _document(path: Path, toml: Toml, problems: list[Problem]) -> dict[str, Any]:
    where = f"{path.parent.name}/{path.name}"
    try:
        document = toml(path)
    except (ValueError, RecursionError) as error:
        _note(problems, where, f"is not TOML: {error}", "Mend the line.")
        return {}
    for key in sorted(set(document) - _TOP):
        _note(problems, where, f"has an unknown key {key!r}", f"There are {', '.join(sorted(_TOP))}.")
    if not isinstance(document.get("summary"), str):
        _note(problems, where, "has no summary", "Say in a sentence what the component is for.")
    opens = document.get("opens", [])
    if not isinstance(opens, list) or not all(isinstance(tag, str) for tag in opens):
        _note(problems, where, "has an opens that is not a list of tags", 'Write it as opens = ["score-card"].')
        document["opens"] = []
    return document


class _Stories:
    """Reads the stories of one component; `base` is followed, a circle is refused."""

    def __init__(
        self, tag: str, document: Mapping[str, Any], schema: Mapping[str, Arg], problems: list[Problem]
    ) -> None:
        table = document.get("story", {})
        self._rows: Mapping[str, Any] = table if isinstance(table, dict) else {}
        self._where = f"{tag}/stories.toml"
        self._schema = schema
        self._problems = problems

    def read(self) -> dict[str, Story]:
        for name in REQUIRED_STORIES:
            if name not in self._rows:
                _note(self._problems, self._where, f"has no story {name!r}", "Every component shows all states.")
        stories = {}
        for name, row in self._rows.items():
            try:
                stories[name] = self._story(name, row)
            except (SchemaError, BadRequest) as error:
                _note(self._problems, self._where, f"[story.{name}] {error}", "Mend the story.")
        return stories

    def _story(self, name: str, row: Any) -> Story:
        if not _STORY_NAME.fullmatch(name):
            raise SchemaError("needs a name in small letters with hyphens")
        merged = self._merged(name, ())
        args = check_all(self._schema, merged["args"])
        return Story(name, args, row.get("doc", ""), merged.get("locale", "en"), self._flow(row))

    def _flow(self, row: Mapping[str, Any]) -> Flow | None:
        flow = row.get("flow")
        if flow is None:
            return None
        if not isinstance(flow, dict) or set(flow) != {"after", "go"} or not isinstance(flow["after"], int):
            raise SchemaError('has a flow that is not written { after = 1500, go = "ready" }')
        if flow["go"] not in self._rows:
            raise SchemaError(f"flows to {flow['go']!r}, which does not exist")
        return Flow(flow["after"], flow["go"])

    def _merged(self, name: str, seen: tuple[str, ...]) -> dict[str, Any]:
        row = self._rows.get(name)
        if not isinstance(row, dict) or set(row) - _STORY_KEYS or not isinstance(row.get("args", {}), dict):
            raise SchemaError(f"{name!r} must be a table of {', '.join(sorted(_STORY_KEYS))}")
        if name in seen:
            raise SchemaError(f"stands on itself: {' -> '.join((*seen, name))}")
        below = self._merged(row["base"], (*seen, name)) if "base" in row else {"args": {}}
        return below | row | {"args": below["args"] | row.get("args", {})}


def _note(problems: list[Problem], where: str, what: str, mend: str) -> None:
    problems.append(Problem(where, what + ".", mend))
