"""What a referee does with the page, in a real browser; much of it without a mouse."""

import json
from pathlib import Path

from tests.paper.report.conftest import HOSTILE, LONG

ESCAPE, ENTER, TAB = "\ue00c", "\ue007", "\ue004"
LEFT, RIGHT, DOWN = "\ue012", "\ue014", "\ue015"


def test_counts_search_and_filters(opened):
    assert opened.shown() == ["C001", "C002", "C003"]
    opened.find('button.count[data-verdict="refuted"][data-source=""]').click()
    assert opened.shown() == ["C001", "C002"]
    assert opened.find("#count").text == "2 of 3 claims"
    assert opened.find("#count").get_attribute("aria-live") == "polite"
    # the count leaves the keyboard at the search
    opened.press("c001 statement")
    assert opened.shown() == ["C001"]
    opened.find("#text").send_keys(" elephants")
    assert opened.shown() == []
    opened.find("#nothing button").click()
    assert opened.shown() == ["C001", "C002", "C003"]
    opened.script("document.getElementById('topic').value = 'tails'; filter()")
    assert opened.shown() == ["C003"]
    opened.find("#filters button[type=reset]").click()
    opened.until(lambda: len(opened.shown()) == 3)


def test_columns_sort_both_ways(opened):
    head = opened.find("table.claims thead th:nth-child(4)")
    button = head.find_element("tag name", "button")
    button.click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert opened.shown() == ["C001", "C002", "C003"]
    button.send_keys(ENTER)
    assert head.get_attribute("aria-sort") == "descending"
    assert opened.shown() == ["C003", "C001", "C002"]


def test_certificate_opens_as_tables(opened):
    assert opened.all("#C001 .inside") == []
    summary = opened.find("#C001 .certificate summary")
    summary.send_keys(ENTER)
    opened.until(lambda: opened.all("#C001 .inside"))
    cells = [
        [cell.text for cell in row.find_elements("css selector", "th, td")]
        for row in opened.all("#C001 .inside > .scroll tbody tr")
    ]
    assert ["slope", "0.64328", "1e-9"] in cells
    (compared,) = [row for row in cells if row[0].startswith("slope as printed")]
    assert compared[1:] == ["0.3", "≤", "0.05", "false"]
    link = opened.find("#C001 .inside a.hash")
    assert link.get_dom_attribute("href") == "#data-abababababab"
    assert HOSTILE in opened.find("#C001 .inside").text
    assert opened.driver.title != "taken"
    raw = opened.find("#C001 .raw")
    raw.find_element("css selector", "summary").click()
    opened.until(lambda: raw.find_elements("css selector", "pre"))
    text = raw.find_element("css selector", "pre").get_attribute("textContent")
    assert json.loads(text)["reading"] == HOSTILE


def test_command_is_copied(opened):
    opened.load(anchor="#C001")
    opened.driver.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]},
    )
    opened.find("#C001 .command button").click()
    opened.until(lambda: opened.find("#C001 .command output").text == "copied")
    copied = opened.driver.execute_async_script(
        "navigator.clipboard.readText().then(arguments[0], arguments[0])"
    )
    assert copied == "rmot claims C001 --verify --profile quick"


def test_box_of_the_graph_leads_to_the_certificate(opened):
    # whatever the filters hide
    opened.script("showOnly({ verdict: 'untestable' })")
    assert opened.shown() == ["C003"]
    box = opened.find('.graph a[href="#C001"]')
    opened.script("arguments[0].focus()", box)
    opened.press(RIGHT)
    active = opened.driver.switch_to.active_element
    assert active.get_dom_attribute("href") == "#C002"
    opened.press(LEFT, ENTER)
    opened.until(lambda: opened.all("#C001 .inside"))
    assert opened.shown() == ["C001", "C002", "C003"]
    assert opened.find("#C001 .inside").is_displayed()
    # one box alone is in the order of the keyboard
    assert len(opened.all('.graph a[tabindex="0"]')) == 1


def test_margin_mark_leads_to_provenance_and_back(opened):
    opened.find("#figure-wide .margin a").click()
    row = opened.find("#rule-figure_wide")
    opened.until(lambda: "#rule-figure_wide" in opened.driver.current_url)
    assert "figures.wide" in row.text
    top = "return arguments[0].getBoundingClientRect().top"
    opened.until(lambda: 0 <= opened.script(top, row) < 900)
    row.find_element("link text", "long").click()
    opened.until(lambda: opened.all("#table-long tbody tr"))


def test_figures_zoom_by_keyboard(opened):
    dialog = opened.find("#zoom")
    first, second = opened.all("button.zoom")
    opened.script("arguments[0].focus()", first)
    opened.press(ENTER)
    assert dialog.is_displayed()
    image = opened.find("#large")
    assert image.size == {"width": 1200, "height": 300}
    assert opened.find("#zoom-caption").text == "Of H. More."
    opened.press(RIGHT)
    assert opened.find("#zoom-title").text == "small"
    opened.press(RIGHT)
    assert opened.find("#zoom-title").text == "Figure 1 wide"
    opened.press(LEFT, ESCAPE)
    opened.until(lambda: not dialog.is_displayed())
    # the keyboard goes on where the dialog ended
    assert opened.driver.switch_to.active_element == second


def test_table_sorts_filters_and_links(opened):
    opened.find("#table-long summary").send_keys(ENTER)
    opened.until(lambda: len(opened.all("#table-long tbody tr")) == 200)
    heads = [head.text.split(" ")[0] for head in opened.all("#table-long thead th")]
    # what all rows share stands once below
    assert heads == ["number", "name", "value", "limit"]
    assert "synthetic" not in opened.find("#table-long .facts").text
    link = opened.find("#table-long .facts a")
    assert link.get_attribute("href").endswith("#data-abababababab")
    assert "first 200 of 250 rows" in opened.find("#table-long output").text

    def column(place):
        cells = f"#table-long tbody td:nth-child({place})"
        return opened.script(
            "return [...document.querySelectorAll(arguments[0])].map(cell => cell.textContent)",
            cells,
        )

    button = opened.find("#table-long thead th:nth-child(3) button")
    button.click()
    button.click()
    assert column(1)[:2] == ["249", "248"]
    # an infinity is a number, and what is blank comes last
    opened.find("#table-long thead th:nth-child(4) button").click()
    assert column(4)[:2] == ["inf", ""]
    opened.find("#table-long input").send_keys('row "24')
    opened.until(lambda: len(column(1)) == 11)
    assert "11 rows that fit, of 250" in opened.find("#table-long output").text
    assert 'row, "24"' in column(2)


def test_csv_is_downloaded_whole(opened, tmp_path):
    opened.driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)}
    )
    opened.find('button.csv[data-name="long"]').click()
    file = Path(tmp_path, "long.csv")
    opened.until(file.exists)
    assert file.read_text(encoding="utf-8") == LONG
    link = opened.find("#figure-small a.download")
    assert link.get_attribute("href").startswith("data:image/png;base64,")
    assert link.get_attribute("download") == "small.png"


def test_counterparts_open(opened):
    opened.load(anchor="#sources")
    opened.find("#sources details summary").click()
    row = opened.find("#sources table.lines tbody tr")
    assert [cell.text for cell in row.find_elements("css selector", "td")][1:4] == [
        "0.2",
        "0.643281",
        "1e-9",
    ]
