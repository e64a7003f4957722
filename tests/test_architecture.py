"""The laws of the house, held by reading the tree: no module of it is imported here.

Every exception stands in a table with its reason. An exception that is no longer needed fails as well.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Lowest first. A room imports strictly lower layers, or itself.
LAYERS: tuple[frozenset[str], ...] = tuple(
    frozenset(layer.split())
    for layer in (
        "errors node",
        "config metrics db net launch cells",
        "keys",
        "audit core hosts documents figures",
        "connections answer",
        "session admins rollouts restoring revisions",
        "permissions",
        "scoring erasure explanation listing",
        "analysis machines",
        "review health",
        "events",
        "leaving additions",
        "jobs views wiring",
        "web",
        "preview",
        "routes",
        "house",
        "__init__ application",
        "reloader",
        "cli",
    )
)
GUESTS = frozenset({"scorer", "demo"})  # import nothing of the rest; only the command line starts them
FAMILIES = frozenset({"hosts", "views", "routes", "jobs"})
FLASK_ROOMS = frozenset({"web", "routes", "__init__", "application", "reloader", "cli"}) | GUESTS
NETWORK = frozenset({"pika", "requests", "urllib3", "httpx", "socket", "http.client", "urllib.request", "ssl"})

HOSTS = sorted({"jira", *(path.parent.name for path in (ROOT / "app/hosts").glob("*/__init__.py"))})
# A vendor's domain is an address: documents of one host lie at another's.
HOST_WORD = re.compile(rf"(?<![a-z])({'|'.join(HOSTS)})(?![a-z]|\.(?:com|net))", re.IGNORECASE)
HOST_ROOMS = ("app/hosts/__init__.py", "app/demo/", "static/vendor/")

# Names whose values an attacker guesses at: `==` tells by its time how far a guess was right.
SECRET_NAME = re.compile(r"(?:^|_)(?:signature|digest|secret|token|hmac|mac|password|api_key)s?$")
# Layer 2 has two rooms that compare: `keys` for all above it, and a host its own signature beside it.
COMPARING = frozenset({"keys", "hosts"}) | GUESTS

MAX_LINES, MAX_FUNCTION, MAX_ENTRIES = 250, 40, 30
TOO_LONG: dict[str, str] = {  # "app/room/module.py" or "app/room/module.py:function" -> why
    "app/application.py:build": "a table of contents: a line for each part, in the order of the road",
    "app/errors.py": "one tree in one place",
}
TOO_FULL: dict[str, str] = {  # folder -> why
    "app/db": "a module for each set of tables, and for each thing that rows are asked",
    "app": "a folder for each room, a file for each station of the road",
    "app/hosts": "a folder for each host, and a module for each thing that hosts share",
    "app/cli": "a module for each command, of its name",
    "tests": "one file for each station of the road, and a folder for each room",
    "tests/hosts": "one file for each module that hosts share, and a folder for each host",
}

# Modules without a test file of their own name: which file tests them, and why there.
TESTED_BY: dict[str, tuple[str, str]] = {
    "app/errors.py": ("tests/web", "values; what they become is tested where they turn into answers"),
    "app/net/sockets.py": (
        "tests/net/test_door.py",
        "only the door uses it, so it is tested through the door",
    ),
    "app/house.py": ("tests/test_application.py", "what an application is built with"),
    "app/web/parts.py": ("tests/test_application.py", "a value that the application builds"),
    "app/routes/__init__.py": ("tests/test_application.py", "a list"),
    "app/analysis/work.py": ("tests/analysis/test_analysis.py", "what it does is what the next look shows"),
    "app/scoring/outcomes.py": ("tests/analysis/test_analysis.py", "the same"),
    "app/session/behalf.py": ("tests/test_permissions.py", "permissions are what it asks for first"),
    "app/scoring/failures.py": ("tests/scoring/test_decisions.py", "what failed is what an outcome and the audit say"),
    "app/core/checks.py": ("tests/core/test_parse.py", "refusals are those of the answers that it checks"),
    "app/core/analyses.py": ("tests/core/test_parse_analysis.py", "values that only the parse makes"),
    "app/core/lately.py": ("tests/test_listing.py", "rows that only lists ask for"),
    "app/scoring/rows.py": ("tests/scoring/test_decisions.py", "rows, seen in what a decision leaves in the audit"),
    "app/core/versions.py": ("tests/core/test_mapped.py", "a version is seen in the scores that name it"),
    "app/core/cores.py": ("tests/core/test_mapped.py", "the clients that it makes are what is asked there"),
    "app/net/tokens.py": ("tests/core/test_credentials.py", "what is kept shows in how often it is got"),
    "app/machines/callers/caller.py": (
        "tests/routes/test_scores.py",
        "what a grant lets through is seen at the addresses",
    ),
    "app/machines/api/": (
        "tests/machines/api/test_document.py",
        "declarations: what they take is tested where it is sent",
    ),
    "app/config/machines.py": ("tests/machines/callers/test_tokens.py", "grants, written as a configuration has them"),
    "app/config/machine_checks.py": ("tests/machines/callers/test_tokens.py", "the same"),
    "app/db/batches.py": ("tests/routes/test_scores.py", "seen in what explains an imported score"),
    "app/db/schema_api.py": ("tests/db/test_migrations.py", "tables, compared with what the migrations build"),
    "app/machines/host_code.py": ("tests/routes/test_scores.py", "one face of the road, seen from its addresses"),
    "app/machines/importing/kept.py": (
        "tests/machines/importing/test_importing.py",
        "statements, seen in what becomes of batches",
    ),
    "app/machines/importing/wrong.py": ("tests/machines/importing/test_rows.py", "values"),
    "app/scoring/ages.py": ("tests/scoring/test_scoring.py", "seen in what is shown, and for how long"),
    "app/scoring/granted.py": (
        "tests/machines/importing/test_importing.py",
        "seen in what viewers see of imported scores",
    ),
    "app/core/newest.py": ("tests/core/test_stored.py", "the statement that only the table of scores asks"),
    "app/net/kms.py": ("tests/keys/test_kms.py", "only the wrapper asks it, so it is tested through that"),
    "app/keys/wrapping.py": ("tests/keys/test_kms.py", "one interface of two wrappers"),
    "app/db/erasing.py": ("tests/test_erasure.py", "rules, seen in what an erasure leaves"),
    "app/db/schema_keys.py": ("tests/keys/test_store.py", "tables that only the store uses"),
    "app/audit/decisions.py": ("tests/test_explanation.py", "what the audit says of one decision is what explains it"),
    "app/cli/demo.py": ("tests/e2e/test_first_day.py", "it starts what the whole suite of browser tests looks at"),
    "app/cli/db.py": ("tests/test_restoring.py", "backups are made and restored by it"),
    "app/cli/rollback.py": ("tests/revisions/test_rollback.py", "it is how the test rolls back"),
    "app/jobs/leave.py": ("tests/routes/admin/test_leaving.py", "the page begins it"),
    "app/leaving/": (
        "tests/leaving/test_leaving.py",
        "one face: a connection goes in, files and an empty place come out",
    ),
    "app/db/dropped_cores.py": ("tests/revisions/test_rollback.py", "rows that show in what viewers see"),
    "app/db/lists.py": ("tests/db/test_leases.py", "what statements do with a list shows whether it was read"),
    "app/db/reviews.py": ("tests/review/test_locking.py", "rows that only the station reads, from many sides"),
    "app/health/diagnosis/evidence.py": (
        "tests/health/diagnosis/test_diagnosis.py",
        "what was seen is what the layers say",
    ),
    "app/db/schema_figures.py": ("tests/db/test_migrations.py", "tables, compared with what the migrations build"),
    "app/db/schema_alerts.py": ("tests/db/test_migrations.py", "tables, compared with what the migrations build"),
    "app/health/alerts/kept.py": ("tests/health/alerts/test_watch.py", "rows that only the watch writes"),
    "app/jobs/alert.py": ("tests/health/alerts/test_watch.py", "what it does is what the receiver hears"),
    "app/jobs/watch.py": ("tests/health/alerts/test_watch.py", "what it does is what the tables say then"),
    "app/db/schema_feedback.py": ("tests/db/test_migrations.py", "tables, compared with what the migrations build"),
    "app/db/feedback.py": ("tests/review/feedback/test_feedback.py", "rows that only the room writes"),
    "app/cli/feedback.py": ("tests/review/feedback/test_training.py", "what it writes is what the room reads"),
    "app/review/feedback/told.py": ("tests/review/feedback/test_feedback.py", "what it makes is what a core hears"),
    "app/jobs/feedback.py": ("tests/review/feedback/test_feedback.py", "what it does is what a core hears"),
    "app/db/schema_admin.py": ("tests/db/test_migrations.py", "tables, compared with what the migrations build"),
    "app/audit/trust.py": ("tests/audit/test_verify.py", "whose seals are believed is what verifying shows"),
    "app/audit/verify_seals.py": ("tests/audit/test_verify.py", "seals and rows are verified as one"),
    "app/cli/audit/purge.py": ("tests/cli/audit/test_audit.py", "one command with several words"),
    "app/cli/audit/search.py": ("tests/cli/audit/test_audit.py", "the same"),
    "app/db/schema_seals.py": ("tests/db/test_migrations.py", "tables, compared with what the migrations build"),
    "app/routes/admin/__init__.py": ("tests/test_application.py", "a list"),
    "app/db/schema_documents.py": ("tests/db/test_migrations.py", "tables, compared with what the migrations build"),
    "app/wiring/voices.py": ("tests/review/feedback/test_voices.py", "parts, seen in what a viewer is asked"),
    "app/routes/voices.py": ("tests/review/feedback/test_voices.py", "a form goes in, a fragment comes out"),
    "app/views/_voice.py": ("tests/review/feedback/test_voices.py", "seen in what a viewer is shown"),
    "app/web/stations.py": ("tests/routes/test_reviews.py", "one face of two stations, seen from the road"),
    "app/web/spoken.py": ("tests/routes/test_score_reviews.py", "seen in what a viewer is told"),
    "app/review/about.py": ("tests/review/test_change.py", "what is told of a review"),
    "app/review/kept.py": ("tests/review/test_review.py", "what is kept is what viewers see"),
    "app/review/write_back/scored.py": (
        "tests/review/write_back/test_write_back.py",
        "which scores become wishes is seen in the wishes",
    ),
    "app/review/standing.py": ("tests/routes/test_score_reviews.py", "what stands is what viewers are told"),
    "app/review/rules.py": ("tests/review/test_second_person.py", "who may say what"),
    "app/views/_said.py": ("tests/views/test_score_card.py", "what a card says of a review"),
    "app/demo/library/document.py": ("tests/demo/library/test_store.py", "what the store holds"),
    "app/routes/_open.py": ("tests/routes/test_session.py", "headers, seen in what a preflight is told"),
    "app/routes/_batch.py": ("tests/routes/test_review_list.py", "what many are told is the worklist's"),
    "app/web/memory/recent.py": ("tests/web/test_fragments.py", "what is kept shows in how often the road is walked"),
    "app/web/denials.py": ("tests/web/test_fragments.py", "seen in what a viewer is refused"),
    "app/web/endings.py": ("tests/web/test_refusals.py", "seen in what leaves"),
    "app/wiring/": ("tests/test_application.py", "the parts that the application builds"),
    "app/hosts/_mends.py": ("tests/health/diagnosis/test_diagnosis.py", "words, seen where they are said"),
    "app/hosts/_pages.py": ("tests/routes/test_pages.py", "values, seen in what is served"),
    "app/hosts/_document.py": ("tests/hosts/test_graph_documents.py", "values of a reading"),
    "app/core/shapes.py": ("tests/core/test_parse.py", "values that only the parse makes"),
    "app/additions/packages.py": ("tests/cli/test_package.py", "what the command makes, and the pages too"),
    "app/revisions/publishing.py": (
        "tests/routes/admin/test_editing.py",
        "a text goes in at a page, and is published or not",
    ),
    **{
        f"app/hosts/{host}setup.py": ("tests/hosts/test_setup.py", "one test holds what every host's answers make")
        for host in ("_entra_", *(f"{each.parent.name}/" for each in sorted((ROOT / "app/hosts").glob("*/setup.py"))))
    },
    "app/db/schema_outbox.py": ("tests/db/test_migrations.py", "tables, compared with what the migrations build"),
    "app/db/outbox.py": ("tests/events/publishing/test_publishing.py", "what lies there is what is published"),
    "app/net/brokers.py": ("tests/net/test_rabbitmq.py", "values and one interface"),
    "app/jobs/announce.py": ("tests/events/publishing/test_imported.py", "what it does is what is told"),
    "app/events/publishing/stored.py": ("tests/events/publishing/test_publishing.py", "what is kept is what is told"),
    "app/events/changed.py": ("tests/routes/test_events.py", "what an event outdates, and when"),
    "app/jobs/told.py": ("tests/routes/test_events.py", "a large event leaves it to this"),
    "app/hosts/_event_forms.py": ("tests/hosts/salesforce/test_events.py", "values, seen in what a host reads"),
    "app/config/": ("tests/config/test_table.py", "one face: a file goes in, settings or problems come out"),
    "app/db/migrations/": ("tests/db/test_migrations.py", "one test runs them all and compares the result"),
}
# Tests that mirror no single module.
WHOLE = (
    "tests/test_architecture.py",
    "tests/bench/",
    "tests/browser/",
    "tests/components/",
    "tests/e2e/",
    "tests/fuzz/",
    "tests/proof/",
    "tests/scripts/",
    "tests/docs/",  # what the documents say, tried
    "tests/test_docstrings.py",
    "tests/test_patterns.py",  # every regular expression of the code
    "tests/test_privacy.py",
    "tests/test_security.py",  # SECURITY.md
    "tests/cli/test_attaching_docs.py",  # the same of docs/attaching-a-model.md
    "tests/machines/api/test_api_docs.py",  # what docs/api.md says, done
    "tests/cli/test_host_docs.py",  # what the pages of docs/hosts say, done
    "tests/hosts/guest/test_rotation.py",  # whole servers, while a customer changes keys
    "tests/test_deployment.py",  # Dockerfile and compose.yaml
    "tests/demo/crm/test_canvas_sdk.py",  # the vendor's own script against the demo's pages
    "tests/hosts/servicenow/test_business_rule.py",  # the script of a page, run as it stands there
    "tests/hosts/office/test_word.py",  # a script of ours beside the vendor's own
    "tests/hosts/office/test_pane.py",  # the same, with all that we serve around it
    "tests/hosts/zendesk/test_sidebar.py",
    "tests/hosts/hubspot/test_card.py",
    "tests/hosts/teams/test_tab.py",
    "tests/hosts/sharepoint/test_loaders.py",  # the scripts of a package
    "tests/hosts/test_matrix.py",  # the same bad launches for every host
    "tests/routes/test_attacked.py",  # what is tried at every server
    "tests/routes/test_review_list.py",  # the worklist, from its reviews to what it shows
    "tests/routes/test_every_route.py",  # the headers of every address that there is
    "tests/routes/test_crossed.py",  # what is another's, by every address and name
    "tests/scorer/contract/test_standard.py",  # the shipped playbook, which is data
    "tests/routes/test_every_route.py",  # the headers of every address that there is
    "tests/routes/test_crossed.py",  # what is another's, by every address and name
    "tests/routes/test_token_launches.py",  # from a directory's token to what its viewer sees
)


@dataclass(frozen=True)
class Import:
    line: int
    name: str  # dotted, as far as it can be told
    late: bool  # inside a function


@dataclass(frozen=True)
class Module:
    path: str
    tree: ast.Module
    lines: int

    @property
    def parts(self) -> tuple[str, ...]:
        return Path(self.path).with_suffix("").parts

    @property
    def dotted(self) -> str:
        return ".".join(self.parts).removesuffix(".__init__")

    @property
    def room(self) -> str:
        return self.parts[1]

    @property
    def member(self) -> str:
        """Within its room: the file or folder that it is or is in."""
        return self.parts[2] if len(self.parts) > 2 else ""

    def imports(self) -> tuple[Import, ...]:
        return imports_of(self)

    def app_imports(self) -> Iterator[tuple[Import, str, str]]:
        """Each import of `app`, with the room and the member that it names."""
        for found in self.imports():
            first, *rest = found.name.split(".")
            if first == "app":
                yield found, rest[0] if rest else "__init__", rest[1] if len(rest) > 1 else ""


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in nodes(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@cache
def nodes(module: Module) -> tuple[ast.AST, ...]:
    """Its whole tree, walked once for all laws."""
    return tuple(ast.walk(module.tree))


@cache
def imports_of(module: Module) -> tuple[Import, ...]:
    found: list[Import] = []
    inside: list[tuple[ast.stmt, bool]] = [(node, False) for node in module.tree.body]
    while inside:
        node, late = inside.pop()
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.path}:{node.lineno}: write imports in full, not relative"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            late = late or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            inside += ((each, late) for each in statements(node))
            continue
        found += [Import(node.lineno, name, late) for name in names]
    return tuple(sorted(found, key=lambda each: each.line))


def statements(node: ast.AST) -> Iterator[ast.stmt]:
    """Those directly within it; no expression holds one."""
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        for each in getattr(node, field, ()) if not isinstance(node, ast.expr) else ():
            if isinstance(each, ast.stmt):
                yield each
            else:  # an `except`, a `case`
                yield from statements(each)


@cache
def modules(folder: str = "app") -> tuple[Module, ...]:
    paths = sorted((ROOT / folder).rglob("*.py"))
    return tuple(
        Module(str(path.relative_to(ROOT)), ast.parse(text := path.read_text()), text.count("\n")) for path in paths
    )


def teardown_module() -> None:
    """A million nodes of trees, which the tests of other files would carry."""
    for kept in (modules, nodes, imports_of):
        kept.cache_clear()


def layer(room: str) -> int:
    found = [number for number, rooms in enumerate(LAYERS) if room in rooms]
    assert found, f"app/{room} has no layer: say in DESIGN where it stands, and put it into LAYERS"
    return found[0]


def none(wrong: Iterable[str]) -> None:
    """Fails with the whole list, which pytest would cut."""
    found = sorted(wrong)
    assert not found, "\n".join(["", *found])


# --- 1. imports go downwards ---


def test_every_room_has_its_layer() -> None:
    for module in modules():
        if module.room not in GUESTS:
            layer(module.room)
    rooms = [room for each in LAYERS for room in each]
    assert len(rooms) == len(set(rooms))


def test_imports_go_downwards_only() -> None:
    none(
        f"{module.path}:{found.line} imports {found.name}"
        for module in modules()
        if module.room not in GUESTS
        for found, room, _ in module.app_imports()
        if room not in GUESTS | {module.room} and layer(room) >= layer(module.room)
    )


def test_no_two_rooms_import_each_other() -> None:
    edges = {(module.room, room) for module in modules() for _, room, _ in module.app_imports()}
    none(f"{one} and {two}" for one, two in edges if one < two and (two, one) in edges)


def test_nothing_of_ours_is_imported_late() -> None:
    """A late import hides an upward one, until it runs."""
    none(f"{module.path}:{found.line}" for module in modules() for found, _, _ in module.app_imports() if found.late)


def test_guests_import_nothing_of_the_house_and_only_the_command_line_them() -> None:
    none(
        f"{module.path}:{found.line} imports {found.name}"
        for module in modules()
        for found, room, _ in module.app_imports()
        if (module.room in GUESTS and room != module.room) or (room in GUESTS and module.room not in {room, "cli"})
    )


def test_members_of_a_family_do_not_know_each_other() -> None:
    """What they share starts with an underscore; a family's `__init__` lists its members."""
    none(
        f"{module.path}:{found.line} imports {found.name}"
        for module in modules()
        if module.room in FAMILIES and not module.member.startswith("_")
        for found, room, member in module.app_imports()
        if room == module.room and member != module.member and not member.startswith("_")
    )


# --- 2. Flask stays at the door ---


def test_flask_is_only_where_requests_come_in() -> None:
    none(
        f"{module.path}:{found.line} imports {found.name}"
        for module in modules()
        if module.room not in FLASK_ROOMS
        for found in module.imports()
        if found.name.split(".")[0] in {"flask", "werkzeug"}
    )


# --- 3. hosts' names ---


def test_a_host_is_named_only_in_its_own_rooms() -> None:
    wrong = []
    for folder in ("app", "components", "static", "templates"):
        for path in sorted((ROOT / folder).rglob("*")):
            name = str(path.relative_to(ROOT))
            if path.suffix not in {".py", ".js", ".css", ".html", ".toml", ".po", ".md"}:
                continue
            own = re.match(r"app/hosts/([a-z]+)/", name)
            for number, line in enumerate(path.read_text().splitlines(), 1):
                words = {word.lower() for word in HOST_WORD.findall(line)} - ({own[1]} if own else set())
                if words and not name.startswith(HOST_ROOMS):
                    wrong.append(f"{name}:{number} names {', '.join(sorted(words))}")
    none(wrong)


# --- 4. parts are passed in ---


def test_nothing_is_kept_in_global_variables() -> None:
    none(
        f"{module.path}:{node.lineno}" for module in modules() for node in nodes(module) if isinstance(node, ast.Global)
    )


# --- 6. one word everywhere ---


def test_components_views_and_their_tests_have_the_same_names() -> None:
    components = {path.name for path in (ROOT / "components").iterdir() if path.is_dir()}
    views = {path.stem.replace("_", "-") for path in (ROOT / "app/views").glob("*.py") if not path.stem.startswith("_")}
    tests = {
        path.stem.removeprefix("test_").replace("_", "-")
        for path in (ROOT / "tests/views").glob("test_*.py")
        if path.stem not in {"test_views", "test_shown", "test_read", "test_wrote"}
    }
    assert components == views == tests
    for tag in components:
        inside = {path.name for path in (ROOT / "components" / tag).iterdir()}
        assert inside >= {f"{tag}.html", f"{tag}.css", "stories.toml", "README.md"}
        assert inside <= {f"{tag}.html", f"{tag}.css", f"{tag}.js", "stories.toml", "README.md"}


# --- 7. the outside has one door ---


def test_only_the_door_opens_sockets() -> None:
    none(
        f"{module.path}:{found.line} imports {found.name}"
        for module in modules()
        if module.room not in GUESTS | {"net"}
        for found in module.imports()
        if any(f"{found.name}.".startswith(f"{name}.") for name in NETWORK)
    )


def test_tests_use_real_parts_and_no_mocks() -> None:
    none(
        f"{module.path}:{found.line}"
        for module in modules("tests")
        for found in module.imports()
        if found.name.startswith("unittest.mock")
    )


# --- 8. tests mirror the tree ---


def has_code(module: Module) -> bool:
    """More than a docstring, imports and a list of names."""
    harmless = (ast.Import, ast.ImportFrom, ast.Expr)
    return any(not isinstance(node, harmless) and "__all__" not in ast.unparse(node)[:7] for node in module.tree.body)


def mirror(path: str) -> str:
    """app/net/door.py -> tests/net/test_door.py; app/jobs/__init__.py -> tests/jobs/test_jobs.py."""
    folder, name = Path(path).parent.relative_to("app"), Path(path).stem.strip("_")
    if name == "init":
        name = folder.name or "app"
    return str(Path("tests") / folder / f"test_{name}.py")


def proved_by(path: str) -> str | None:
    """The table's file for a module, or for the folder that it is in."""
    return next((test for key, (test, _) in TESTED_BY.items() if path == key or path.startswith(key)), None)


def test_every_module_has_its_tests() -> None:
    """A file of its own name, or at least a neighbour of that file that imports it."""
    imported = {
        (str(Path(test.path).parent), found.name.rpartition(".")[0] if cut else found.name)
        for test in modules("tests")
        for found in test.imports()
        for cut in (False, True)  # `from app.net.door import Door` names the module before the last dot
    }
    none(
        f"{module.path}: no {mirror(module.path)}, and no test beside it imports the module"
        for module in modules()
        if has_code(module)
        and not (ROOT / (proved_by(module.path) or mirror(module.path))).exists()
        and (str(Path(mirror(module.path)).parent), module.dotted) not in imported
    )


def test_every_test_mirrors_a_module() -> None:
    mirrors = {mirror(module.path) for module in modules()} | {test for test, _ in TESTED_BY.values()}
    none(
        module.path
        for module in modules("tests")
        if Path(module.path).name.startswith("test_")
        and not module.path.startswith(WHOLE)
        and module.path not in mirrors
    )


def test_every_folder_of_tests_is_a_package() -> None:
    """Without it, two tests of one name in two folders cannot be run together."""
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    none(f"{each.relative_to(ROOT)}/__init__.py" for each in folders if not (each / "__init__.py").exists())


def test_exceptions_from_the_mirror_are_still_needed() -> None:
    none(path for path in TESTED_BY if not (ROOT / path).exists())
    none(
        f"{path} has its own test now" for path in TESTED_BY if path.endswith(".py") and (ROOT / mirror(path)).exists()
    )


# --- secrets ---


def last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Call):  # token.reveal(), str(token)
        return last_name(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_secrets_are_compared_in_constant_time_only() -> None:
    wrong = []
    for module in modules():
        for node in nodes(module):
            if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
                continue
            sides = [node.left, *node.comparators]
            if any(isinstance(side, ast.Constant) for side in sides):
                continue  # what stands in the source is no secret
            if any(SECRET_NAME.search(last_name(side)) for side in sides):
                wrong.append(f"{module.path}:{node.lineno}: {ast.unparse(node)}")
    none(wrong)


def test_the_constant_time_comparison_has_its_rooms() -> None:
    none(
        f"{module.path}:{node.lineno}"
        for module in modules()
        if module.room not in COMPARING
        for node in nodes(module)
        if isinstance(node, ast.Attribute | ast.Name) and last_name(node) == "compare_digest"
    )


# --- habits ---


def test_only_the_command_line_and_the_guests_print() -> None:
    none(
        f"{module.path}:{node.lineno}"
        for module in modules()
        if module.room not in GUESTS | {"cli"}
        for node in nodes(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    )


def test_every_module_says_what_it_is() -> None:
    none(each.path for each in modules() if each.tree.body and not ast.get_docstring(each.tree))


def test_no_room_is_called_after_nothing() -> None:
    empty = {"utils", "util", "helpers", "common", "services", "managers", "base", "misc"}
    none(each.path for each in modules() if empty & {part.strip("_") for part in each.parts})


def test_modules_and_functions_stay_small() -> None:
    long = {module.path: f"{module.lines} lines" for module in modules() if module.lines > MAX_LINES} | {
        f"{module.path}:{node.name}": f"{length} lines"
        for module in modules()
        for node in functions(module)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > MAX_FUNCTION
    }
    none(f"{name}: {size}" for name, size in long.items() if name not in TOO_LONG)
    none(name for name in TOO_LONG if name not in long)


def test_folders_stay_small() -> None:
    full = {}
    for top in ("app", "components", "static", "templates", "tests", "scripts", "bench", "docs", "manifests"):
        for folder in [ROOT / top, *(path for path in (ROOT / top).rglob("*") if path.is_dir())]:
            if not folder.exists() or folder.name == "__pycache__":
                continue
            entries = [path for path in folder.iterdir() if path.name != "__pycache__"]
            if len(entries) > MAX_ENTRIES:
                full[str(folder.relative_to(ROOT))] = len(entries)
    none(f"{name}: {count} entries" for name, count in full.items() if name not in TOO_FULL)
    none(name for name in TOO_FULL if name not in full)
