"""The page for those who see little, use no mouse, or hold a telephone."""

from itertools import pairwise

import pytest

TAB = "\ue004"
# What the reader of a screen says a name of.
NAMED = {
    "button",
    "combobox",
    "DisclosureTriangle",
    "image",
    "img",
    "link",
    "navigation",
    "region",
    "searchbox",
    "table",
    "textbox",
}

# Contrast of all text in sight with what lies behind it, as WCAG 2.2 computes it.
CONTRAST = """
const luminance = ([r, g, b]) => [r, g, b].map(c => c / 255)
  .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
const parse = text => text.match(/[\\d.]+/g).map(Number);
const behind = element => {
  for (let at = element; at; at = at.parentElement) {
    const colour = parse(getComputedStyle(at).backgroundColor);
    if (colour.length < 4 || colour[3] > 0) return colour;
  }
  return [255, 255, 255];
};
const poor = [];
let seen = 0;
for (const element of document.querySelectorAll("body *")) {
  const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
  if (!own || !element.checkVisibility() || element.closest("script")) continue;
  const style = getComputedStyle(element);
  const svg = element.closest("svg");
  const key = element.closest(".letter");
  const front = parse(svg ? style.fill : style.color);
  const box = element.closest("a");
  const back = key ? parse(getComputedStyle(box).color)
    : svg ? parse(getComputedStyle(box.querySelector("rect")).fill) : behind(element);
  const [dark, light] = [luminance(front), luminance(back)].sort((a, b) => a - b);
  seen += 1;
  if ((light + 0.05) / (dark + 0.05) < 4.5) poor.push([element.tagName, element.textContent]);
}
return [seen, poor];
"""


@pytest.fixture
def unfolded(opened):
    """Open all that can be opened."""

    def unfold(**how):
        opened.load(**how)
        opened.script("for (const each of document.querySelectorAll('details')) each.open = true")
        opened.until(lambda: opened.all("#table-short .facts") and opened.all("#C001 .inside"))
        opened.script("for (const each of document.querySelectorAll('details')) each.open = true")
        opened.until(lambda: opened.all("#C001 pre"))
        return opened

    return unfold


def nodes(opened):
    tree = opened.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    return [node for node in tree if not node["ignored"]]


def test_everything_has_a_name(unfolded):
    found = nodes(unfolded())
    roles = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in found]
    assert {role for role, _ in roles} >= NAMED - {"img", "textbox"}
    assert [node for node in roles if node[0] in NAMED and not node[1].strip()] == []
    # a name tells one control from another
    for kind in ("DisclosureTriangle", "region"):
        names = [name for role, name in roles if role == kind]
        assert len(names) == len(set(names))


def test_headings_are_in_order(unfolded):
    levels = [
        next(each["value"]["value"] for each in node["properties"] if each["name"] == "level")
        for node in nodes(unfolded())
        if node["role"]["value"] == "heading"
    ]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_landmarks_and_language(opened):
    roles = [node["role"]["value"] for node in nodes(opened)]
    for landmark in ("banner", "navigation", "main", "search", "contentinfo"):
        assert roles.count(landmark) == 1
    assert opened.find("html").get_attribute("lang") == "en-GB"
    heads = opened.script("return [...document.querySelectorAll('th')].filter(th => !th.scope)")
    assert heads == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(unfolded, scheme):
    seen, poor = unfolded(scheme=scheme).script(CONTRAST)
    assert seen > 100
    assert poor == []


def test_schemes_differ(opened):
    def paper():
        return opened.find("body").value_of_css_property("background-color")

    light = paper()
    opened.load(scheme="dark")
    assert paper() != light


def test_keyboard_begins_with_the_skip_link_and_shows_where_it_is(opened):
    opened.press(TAB)
    link = opened.driver.switch_to.active_element
    assert link.get_attribute("class") == "skip"
    assert link.rect["x"] >= 0
    for _ in range(3):
        active = opened.driver.switch_to.active_element
        assert active.value_of_css_property("outline-style") == "solid"
        opened.press(TAB)


@pytest.mark.parametrize("width", [360, 768])
def test_page_is_no_wider_than_the_window(unfolded, width):
    opened = unfolded(width=width, height=800)
    assert opened.script("return document.documentElement.scrollWidth <= innerWidth")
    assert opened.script("return innerWidth") == width


def test_print_leaves_controls_away(opened):
    opened.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert not opened.find("#filters").is_displayed()
        assert not opened.find("nav").is_displayed()
        assert opened.find("#C001").is_displayed()
    finally:
        opened.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
