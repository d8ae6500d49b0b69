"""The reference has every public name, and every public name says what it takes and returns."""

import importlib
import re
import shutil

import pytest

from paper.reference.docstrings import INHERITED, Item, parse
from paper.reference.names import rooms
from paper.reference.page import render, signature
from rmot import __version__
from rmot.artifact.fingerprint import PROJECT

ROOMS = rooms()
ENTRIES = [(room.name, entry) for room in ROOMS for entry in room.entries]
CLASSES = {entry.name for _, entry in ENTRIES if entry.kind == "class"}


@pytest.fixture(scope="module")
def page():
    return render(ROOMS)


def test_rooms_are_those_that_show_names_and_names_are_theirs():
    stubs = PROJECT.joinpath("rmot").rglob("__init__.pyi")
    names = {".".join(stub.parent.relative_to(PROJECT).parts) for stub in stubs}
    assert {room.name for room in ROOMS} == names | {"rmot.errors"}
    for room in ROOMS[:-1]:
        if room.name != "rmot.neural":  # whose extra may be absent
            shown = importlib.import_module(room.name).__all__
            assert sorted(entry.name for entry in room.entries) == sorted(shown)


def test_page_has_a_place_for_every_name_and_no_link_to_nowhere(page):
    places = re.findall(r' id="([\w.-]+)"', page)
    assert len(places) == len(set(places))
    assert {f"{room}.{entry.name}" for room, entry in ENTRIES} <= set(places)
    assert set(re.findall(r'href="#([\w.-]+)"', page)) <= set(places)
    assert not re.search(r'(?:src|href)="(?!#)', page)


@pytest.mark.parametrize(("room", "entry"), ENTRIES, ids=[f"{r}.{e.name}" for r, e in ENTRIES])
def test_public_names_say_what_they_take_and_return(room, entry):
    found = entry.docstring
    assert found.summary
    for member in entry.members:
        assert member.docstring.summary, member.name
    if entry.kind == "data":
        return
    told = found.described("Parameters", "Attributes", INHERITED)
    taken = {name for name, _ in entry.parameters} - {"*"}
    assert taken <= told, taken - told
    if entry.kind == "function" and entry.returns not in {"None", *CLASSES}:
        assert "Returns" in found.sections, entry.returns


@pytest.mark.parametrize(("room", "entry"), ENTRIES, ids=[f"{r}.{e.name}" for r, e in ENTRIES])
def test_items_have_a_type_or_say_where_it_is_told(room, entry):
    for section in ("Parameters", "Attributes"):
        for item in entry.docstring.sections.get(section, ()):
            assert isinstance(item, Item)
            assert item.kind or item.text, item.names


def test_signatures_read_as_written():
    at = {entry.name: entry for _, entry in ENTRIES}
    assert signature(at["digital"]) == "digital(strike: float) -> PiecewiseLinear"
    assert signature(at["ChiSquared"]) == "ChiSquared()"
    assert signature(at["RoughHeston"]).startswith("RoughHeston(\n    *,\n    hurst: float,\n")
    prices = {member.name: member for member in at["RoughHeston"].members}["call_price"]
    assert "    log_moneyness: ArrayLike,\n    maturity: float," in signature(prices)


def test_docstrings_are_taken_apart():
    found = parse(
        "Return it.\n\nMore.\n\nParameters\n----------\na, *b : float\n    In years.\n    So.\n\n"
        "Raises\n------\nValueError\n    Else.\n\nExamples\n--------\n>>> 1\n1"
    )
    assert (found.summary, found.text) == ("Return it.", "More.")
    (item,) = found.sections["Parameters"]
    assert isinstance(item, Item)
    assert (item.names, item.kind, item.text) == (("a", "b"), "float", "In years. So.")
    assert found.described("Parameters") == {"a", "b"}
    assert found.sections["Examples"] == ">>> 1\n1"


def test_page_escapes_and_shows_sessions(page):
    assert "&gt;&gt;&gt; " in page
    assert "<pre>&gt;&gt;&gt; " in page
    assert page.startswith("<!doctype html>")
    assert f"rmot {__version__}: reference" in page


def test_search_finds_members_and_links_lead_to_hidden_places(page, tmp_path):
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("Chromium and its driver are not installed")
    from selenium import webdriver
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.wait import WebDriverWait

    (tmp_path / "index.html").write_text(page)
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "disable-background-networking"):
        options.add_argument(f"--{flag}")
    options.add_argument("--window-size=500,900")
    options.add_argument(f"--user-data-dir={tmp_path / 'profile'}")
    service = webdriver.ChromeService(executable_path=driver)
    with webdriver.Chrome(options=options, service=service) as browser:
        browser.get((tmp_path / "index.html").as_uri())
        wide = "return document.documentElement.scrollWidth <= innerWidth"
        assert browser.execute_script(wide)
        browser.find_element(By.TAG_NAME, "body").send_keys("/")
        search = browser.switch_to.active_element
        assert search.get_attribute("id") == "text"
        search.send_keys("fit.load")
        shown = [
            one.get_attribute("id")
            for one in browser.find_elements(By.CSS_SELECTOR, "article:not([hidden])")
        ]
        assert "rmot.calibration.Fit" in shown
        assert 0 < len(shown) < 10
        count = browser.find_element(By.ID, "count").text
        assert count == f"{len(shown)} of {len(ENTRIES)} names"
        browser.execute_script("location.hash = '#rmot.models.RoughHeston.prior'")
        place = browser.find_element(By.ID, "rmot.models.RoughHeston.prior")
        WebDriverWait(browser, 10).until(lambda _: place.is_displayed())
        assert browser.get_log("browser") == []
