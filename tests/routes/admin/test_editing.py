"""The configuration's text in a page: nothing is published that was not checked, shown, and made from what holds."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from app.admins import Role
from app.revisions import Revision
from tests.cli.written import written
from tests.routes.admin._browser import AdminPages, words
from tests.world import World

PATH = "/admin/configuration/edit"
TITLE, OTHER = 'title = "Lead score"', 'title = "Chance"'


@pytest.fixture
def file(world: World) -> Path:
    """The configuration as a file that the server may write, published."""
    path = written(world)
    world.parts.revisions.publish(path.read_text(), "start", "file")
    return path


def newest(world: World) -> Revision:
    found = world.parts.revisions.newest()
    assert found is not None
    return found


def form_of(answer: Any) -> dict[str, str]:
    """What a browser would send back."""
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', answer.text))
    found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", answer.text, re.DOTALL)
    assert found
    return hidden | {"text": unescape(found[1])}


def test_a_change_is_checked_shown_and_published_with_the_file(world: World, file: Path) -> None:
    ada = AdminPages(world)
    form = form_of(ada.get(PATH))
    assert form["text"].strip() == file.read_text().strip()
    form["text"] = form["text"].replace(TITLE, OTHER).replace("\n", "\r\n")  # as a form sends lines
    checked = ada.post(PATH, form)
    assert "capabilities.lead_score.title: &#39;Lead score&#39; -&gt; &#39;Chance&#39;" in words(checked)
    assert newest(world).number == 1
    assert ada.post(PATH, form_of(checked) | {"publish": "yes"}).status_code == 303
    assert (newest(world).source, newest(world).by, OTHER in newest(world).text) == ("page", "Ada", True)
    assert file.read_text() == newest(world).text
    assert "capabilities.lead_score.title" in world.audited("configuration.changed")[-1]["changes"][0]


@pytest.mark.parametrize("setting", ["url", "key_store"])
def test_to_check_a_text_makes_no_database_where_it_says(world: World, file: Path, setting: str) -> None:
    ada, elsewhere = AdminPages(world), world.folder / "elsewhere.db"
    form = form_of(ada.get(PATH))
    url, there = f'url = "sqlite:///{world.folder}/inlay.db"', f'{setting} = "sqlite:///{elsewhere}"'
    form["text"] = form["text"].replace(url, there if setting == "url" else f"{url}\n{there}")
    assert str(elsewhere) in form["text"]
    checked = ada.post(PATH, form)
    assert (checked.status_code, f"store.{setting}" in checked.text) == (422, True)
    assert not elsewhere.exists()


def test_every_problem_is_said_with_its_line_and_nothing_is_lost(world: World, file: Path) -> None:
    ada = AdminPages(world)
    form = form_of(ada.get(PATH))
    wrong = form["text"].replace(TITLE, 'titel = "<b>"').replace('deadline = "2s"', 'deadline = "soon"')
    refused = ada.post(PATH, form | {"text": wrong, "publish": "yes"})
    lines = {text: number for number, text in enumerate(wrong.splitlines(), 1)}
    assert refused.status_code == 422
    for line in ('titel = "<b>"', 'deadline = "soon"'):
        assert f"inlay.toml:{lines[line]} " in words(refused)
    assert "Did you mean title?" in words(refused)
    assert form_of(refused)["text"].strip() == wrong.strip()
    assert (newest(world).number, newest(world).text) == (1, file.read_text())


@pytest.mark.parametrize("line", ["x = " + "9" * 5_000, "x = " + "[" * 5_000])
def test_what_no_reader_takes_is_a_mistake_of_the_text(world: World, file: Path, line: str) -> None:
    ada = AdminPages(world)
    form = form_of(ada.get(PATH))
    refused = ada.post(PATH, form | {"text": f"{form['text']}\n{line}\n"})
    assert (refused.status_code, "This is not TOML" in refused.text, line in refused.text) == (422, True, True)


def test_what_only_the_whole_can_see_is_refused_here_and_not_by_every_process(world: World, file: Path) -> None:
    ada = AdminPages(world)
    form = form_of(ada.get(PATH))
    refused = ada.post(PATH, form | {"text": form["text"].replace('"score-badge"', '"score-bage"')})
    assert "component &#39;score-bage&#39; is not known" in words(refused)


@pytest.mark.parametrize("reference", ["file:{0}/other", "env:HOME", "file:secrets/../other", "file:./other"])
def test_a_page_does_not_send_the_machine_s_files_or_variables_anywhere(
    world: World, file: Path, reference: str
) -> None:
    (world.folder / "other").write_text("somebody's key")
    (world.folder / "other").chmod(0o600)
    ada = AdminPages(world)
    form = form_of(ada.get(PATH))
    told = ada.post(
        PATH, form | {"text": form["text"].replace(f"file:{world.folder}/client", reference.format(world.folder))}
    )
    assert told.status_code == 422
    assert "a page does not refer to other files or variables" in words(told)


def test_a_page_leaves_what_is_of_the_machine(world: World, file: Path) -> None:
    ada = AdminPages(world)
    form = form_of(ada.get(PATH))
    elsewhere = form["text"].replace(f"sqlite:///{world.folder}/inlay.db", f"sqlite:///{world.folder}/empty.db")
    assert "store.url is not changed from a page" in words(ada.post(PATH, form | {"text": elsewhere})).replace(
        ": ", " "
    )
    assert not (world.folder / "empty.db").exists()


def test_a_secret_in_the_text_is_refused_and_not_repeated_in_the_reason(world: World, file: Path) -> None:
    ada = AdminPages(world)
    form = form_of(ada.get(PATH))
    text = form["text"].replace(f"file:{world.folder}/client", "4D1C2B3A5E6F-real")
    refused = ada.post(PATH, form | {"text": text})
    problems = refused.text.partition('id="problems"')[2].partition("</section>")[0]
    assert "a secret is never written here" in problems
    assert "4D1C2B3A5E6F-real" not in problems


def test_of_two_operators_the_second_is_told_and_can_go_on(world: World, file: Path) -> None:
    ada, bob = AdminPages(world), AdminPages(world)
    mine, theirs = form_of(ada.get(PATH)), form_of(bob.get(PATH))
    mine["text"] = mine["text"].replace(TITLE, OTHER)
    theirs["text"] = theirs["text"].replace('wait = "2s"', 'wait = "1s"')
    mine, theirs = form_of(ada.post(PATH, mine)), form_of(bob.post(PATH, theirs))
    assert ada.post(PATH, mine | {"publish": "yes"}).status_code == 303
    told = bob.post(PATH, theirs | {"publish": "yes"})
    assert told.status_code == 409
    assert "Ada has published meanwhile" in words(told)
    assert "lead_score.title" in words(told)
    assert (newest(world).by, 'wait = "1s"' in form_of(told)["text"]) == ("Ada", True)
    again = bob.post(PATH, form_of(told))  # against theirs: it would undo what they changed, and says so
    assert "title: &#39;Chance&#39; -&gt; &#39;Lead score&#39;" in words(again)


def test_a_text_that_was_altered_after_its_check_is_shown_again(world: World, file: Path) -> None:
    ada = AdminPages(world)
    form = form_of(ada.get(PATH))
    checked = form_of(ada.post(PATH, form | {"text": form["text"].replace(TITLE, OTHER)}))
    altered = checked | {"text": checked["text"].replace("compression = false", "compression = true"), "publish": "yes"}
    assert "You changed the text after it was checked" in words(ada.post(PATH, altered))
    assert newest(world).number == 1


def test_one_connection_is_changed_alone_by_its_own_lines(world: World, file: Path) -> None:
    ada, path = AdminPages(world), f"{PATH}?connection=acme"
    form = form_of(ada.get(path))
    assert form["text"].startswith("[connections.acme]")
    assert "acme-pages" not in form["text"]
    wrong = ada.post(PATH, form | {"text": form["text"].replace("issuer =", "isuer =")})
    number = next(n for n, line in enumerate(form["text"].splitlines(), 1) if line.startswith("issuer"))
    assert f"line {number} connections.acme.isuer" in words(wrong)
    beyond = ada.post(PATH, form | {"text": form["text"] + '\n[cores.main]\nurl = "https://core.example"\n'})
    assert beyond.status_code == 422  # TOML allows each section once
    beyond = ada.post(PATH, form | {"text": form["text"] + '\n[cores.more]\nurl = "https://core.example"\n'})
    assert "This changes cores.more.url too" in words(beyond)
    good = form_of(ada.post(PATH, form | {"text": form["text"].replace('"score-badge", ', "")}))
    assert ada.post(PATH, good | {"publish": "yes"}).status_code == 303
    assert "connections.acme.components" in world.audited("configuration.changed")[-1]["changes"][0]
    assert ada.get(f"{PATH}?connection=nobody").status_code == 400


def test_a_file_that_is_not_ours_to_write_is_left_and_said(world: World, file: Path) -> None:
    ada = AdminPages(world)
    file.write_text(file.read_text().replace("compression = false", "compression = true"))  # by hand, not published
    form = form_of(ada.get(PATH))
    checked = form_of(ada.post(PATH, form | {"text": form["text"].replace(TITLE, OTHER)}))
    assert ada.post(PATH, checked | {"publish": "yes"}).status_code == 303
    assert "compression = true" in file.read_text()
    assert "The file on this machine says something else" in words(ada.get("/admin/configuration"))


def test_only_who_runs_the_deployment_may(world: World, file: Path) -> None:
    form = form_of(AdminPages(world).get(PATH))
    for role, names in ((Role.CONNECTION_ADMIN, ()), (Role.AUDITOR, ()), (Role.OPERATOR, ("acme",))):
        other = AdminPages(world, role, names)
        assert other.get(PATH).status_code == 403
        assert other.post(PATH, form).status_code == 403
    assert AdminPages(world).post(PATH, form | {"proof": "x"}).status_code == 403
    assert PATH not in AdminPages(world, Role.CONNECTION_ADMIN).get("/admin/configuration").text
    assert newest(world).number == 1
