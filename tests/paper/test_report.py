"""The referee's page holds every claim, needs no network, and filters."""

import re
import shutil

import pytest

from paper.report import render

CLAIMS = [
    {
        "claim": claim,
        "source": "001",
        "location": "(2.4)",
        "topic": topic,
        "statement": f"Statement <{claim}> holds.",
        "accepted": accepted,
        "status": status,
        "verdict": accepted if status == "not run" else status,
        "method": "certified",
        "reason": reason,
        "rests_on": rests_on,
        "carries": carries,
        "fallen": rests_on,
    }
    for claim, topic, accepted, status, reason, rests_on, carries in (
        ("C001", "kernels", "refuted", "refuted", "", "", "C002"),
        ("C002", "kernels", "verified", "refuted", "", "C001", ""),
        ("C003", "tails", "untestable", "not run", "no table", "", ""),
    )
]
OPEN = [
    {
        "claim": "C145",
        "source": "001",
        "location": "5.2",
        "statement": "It is so.",
        "waits_for": "more data",
    }
]
LEDGER = {"claims": CLAIMS, "open": OPEN}
CERTIFICATES = {"C001": [{"claim": "C001", "evidence": {"value": "-1/4"}}]}


@pytest.fixture(scope="module")
def page():
    return render("quick", LEDGER, CERTIFICATES, {"a_figure": b"PNG"}, {"rmot": "0", "rules": {}})


def test_page_is_self_contained(page):
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)
    # Every link within the page leads somewhere.
    assert set(re.findall(r'href="#(\w+)"', page)) <= set(re.findall(r' id="(\w+)"', page))
    assert "data:image/png;base64,UE5H" in page


def test_page_escapes_and_shows_what_differs(page):
    assert "Statement &lt;C001&gt; holds." in page
    assert re.search(r'id="C002"[^>]*class="differs"', page, re.DOTALL)
    assert "accepted: verified" in page
    assert "not run here: no table" in page
    assert "quick profile" in page


def test_graph_has_a_box_a_claim_and_a_line_a_ground(page):
    boxes = re.findall(r'<a href="#(C\d+)" class="(\w+)"><title>', page)
    assert boxes == [("C001", "refuted"), ("C002", "refuted"), ("C003", "untestable")]
    assert len(re.findall(r"<path [^>]*fallen", page)) == 1
    assert len(re.findall(r"<rect [^>]*lost", page)) == 1
    assert re.search(r"C145.*It is so.*more data", page, re.DOTALL)


def test_filters_and_certificates_work_in_a_browser(page, tmp_path):
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("Chromium and its driver are not installed")
    from selenium import webdriver
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.select import Select
    from selenium.webdriver.support.wait import WebDriverWait

    (tmp_path / "index.html").write_text(page)
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "disable-background-networking"):
        options.add_argument(f"--{flag}")
    options.add_argument(f"--user-data-dir={tmp_path / 'profile'}")
    service = webdriver.ChromeService(executable_path=driver)
    with webdriver.Chrome(options=options, service=service) as browser:
        browser.get((tmp_path / "index.html").as_uri())

        def shown():
            rows = browser.find_elements(By.CSS_SELECTOR, "#claims > tr")
            return [row.get_attribute("id") for row in rows if row.is_displayed()]

        assert shown() == ["C001", "C002", "C003"]
        Select(browser.find_element(By.ID, "topic")).select_by_visible_text("kernels")
        assert shown() == ["C001", "C002"]
        browser.find_element(By.ID, "text").send_keys("c001")
        assert shown() == ["C001"]
        assert browser.find_element(By.ID, "count").text == "1 of 3 claims"
        certificate = browser.find_element(By.CSS_SELECTOR, "#C001 pre")
        assert not certificate.is_displayed()
        browser.find_element(By.CSS_SELECTOR, "#C001 summary").click()
        assert certificate.is_displayed()
        assert "-1/4" in certificate.text
        # A box of the graph leads to the certificate, whatever the filters hide.
        Select(browser.find_element(By.ID, "topic")).select_by_visible_text("tails")
        assert not certificate.is_displayed()
        browser.find_element(By.CSS_SELECTOR, '.graph a[href="#C001"]').click()
        wait = WebDriverWait(browser, 10)
        wait.until(lambda _: certificate.is_displayed())
        assert shown() == ["C001", "C002", "C003"]
