"""The referee's page holds every claim, needs no network, and filters."""

import re
import shutil

import pytest

from paper.report import render

LEDGER = [
    {
        "claim": claim,
        "source": "001",
        "location": "(2.4)",
        "topic": topic,
        "statement": f"Statement <{claim}> holds.",
        "accepted": accepted,
        "status": status,
        "method": "certified",
        "reason": reason,
    }
    for claim, topic, accepted, status, reason in (
        ("C001", "kernels", "refuted", "refuted", ""),
        ("C002", "kernels", "verified", "refuted", ""),
        ("C003", "tails", "untestable", "not run", "no table"),
    )
]
CERTIFICATES = {"C001": [{"claim": "C001", "evidence": {"value": "-1/4"}}]}


@pytest.fixture(scope="module")
def page():
    return render("quick", LEDGER, CERTIFICATES, {"a_figure": b"PNG"}, {"rmot": "0", "rules": {}})


def test_page_is_self_contained(page):
    assert not re.search(r'(?:src|href)="(?!data:)', page)
    assert "data:image/png;base64,UE5H" in page


def test_page_escapes_and_shows_what_differs(page):
    assert "Statement &lt;C001&gt; holds." in page
    assert re.search(r'id="C002"[^>]*class="differs"', page, re.DOTALL)
    assert "accepted: verified" in page
    assert "not run here: no table" in page
    assert "quick profile" in page


def test_filters_and_certificates_work_in_a_browser(page, tmp_path):
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("Chromium and its driver are not installed")
    from selenium import webdriver
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.select import Select

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
