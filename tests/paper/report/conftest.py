"""A small referee's page, and one browser for all tests that need one."""

import json
import shutil
import struct
import zlib

import pytest
from markupsafe import Markup

from paper.counterparts import Counterpart
from paper.report.floats import Float
from paper.report.page import Contents, render
from paper.report.programs import Rule

HASH = "ab" * 32
# Text that would end the script it stands in, were it not escaped.
HOSTILE = "</script><script>document.title = 'taken'</script><!--"


def claim(name, topic, accepted, status, reason="", rests_on="", carries=""):
    return {
        "claim": name,
        "source": "this project" if name == "C003" else "001_of.txt",
        "location": "(2.4)",
        "topic": topic,
        "statement": f"Statement <{name}> holds.",
        "accepted": accepted,
        "status": status,
        "verdict": accepted if status == "not run" else status,
        "method": "certified",
        "reason": reason,
        "rests_on": rests_on,
        "carries": carries,
        "fallen": rests_on,
    }


CERTIFICATE = {
    "claim": "C001",
    "method": "numeric",
    "verdict": "refuted",
    "reading": HOSTILE,
    "otherwise": "another slope",
    "evidence": {
        "slope": 0.64328,
        "error": 1e-9,
        "repaired": "1/2",
        "series": [f"chain (synthetic, sha256 {HASH[:12]})"],
    },
    "data": {
        "profile": "quick",
        "seed": None,
        "values": {"exponent": "1/5", "tolerance": "0.05"},
        "tables": {"errors": {"file": "001.csv", "sha256": HASH, "text": "days,error\n1,0.5\n"}},
    },
    "exact": [
        {
            "name": "slope as printed",
            "kind": "inequality",
            "left": ["abs", ["sub", ["cell", "errors", 0, "error"], ["datum", "exponent"]]],
            "relation": "<=",
            "right": ["datum", "tolerance"],
            "holds": False,
            "rests_on": "floating point",
        }
    ],
    "decision": [{"verdict": "refuted", "when": {"slope as printed": False}}],
}


def png(width, height):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = (b"\0" + b"\x40\x80\xc0" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


# More rows than are shown at a time, with a comma, a quote, blanks and an infinity in them.
LINES = [f'{n},"row, ""{n}""",{0.1 * n!r},,real,{HASH},quick' for n in range(250)]
LONG = "\n".join(["number,name,value,limit,data,data_sha256,profile", *LINES, ""])
LONG = LONG.replace('25""",2.5,,real', '25""",2.5,inf,real')


@pytest.fixture(scope="session")
def contents():
    return Contents(
        profile="quick",
        ledger={
            "claims": [
                claim("C001", "kernels", "refuted", "refuted", carries="C002"),
                claim("C002", "kernels", "verified", "refuted", rests_on="C001"),
                claim("C003", "tails", "untestable", "not run", "no table"),
            ],
            "open": [
                {
                    "claim": "C145",
                    "source": "001_of.txt",
                    "location": "5.2",
                    "statement": "It is so.",
                    "waits_for": "more data",
                }
            ],
        },
        certificates={"C001": [CERTIFICATE]},
        provenance={
            "rmot": "0",
            "lock_sha256": HASH,
            "packages": {"numpy": "2"},
            "seeds": {"draws": 3},
            "data": {"SPX": {"id": "chain", "kind": "synthetic", "sha256": HASH}},
            "rules": {
                "figure_wide": {"seconds": 1.25, "peak_memory_mb": 80.5},
                "fit_spx": {"seconds": 30.0, "peak_memory_mb": None},
                "long_table": {"seconds": 2.0, "peak_memory_mb": 100.0},
            },
        },
        figures={"wide": png(1200, 300), "small": png(300, 200)},
        tables={"long": LONG.encode(), "short": b"name,value\nx,1e-12\n"},
        floats=[
            Float("figure", ("wide",), 1, "fig:wide", Markup("Of <i>H</i>. More."), "figures.wide"),
            Float("table", ("long",), 1, "tab:long", Markup("All rows."), "rmot.studies.long"),
        ],
        rules=[
            Rule("figure", ("figures.wide",), "c0de", "figure_wide", ("figures/wide.png",),
                 ("tables/long.csv",)),
            Rule("long_table", ("rmot.studies.long",), "c1de", "long_table", ("tables/long.csv",),
                 ("fits/spx.json", "chains/spx.csv.gz")),
            Rule("fit", ("rmot.studies.fit",), "c2de", "fit_{name}", ("fits/{name}.json",), ()),
        ],
        counterparts=[
            Counterpart("001", "Table 1", "Slopes", ours=("wide", "long"), remark="They differ."),
            Counterpart("001", "Figure 1", "Pipeline", absent="A diagram without numbers."),
        ],
        lines=[
            {"source": "001", "item": "Table 1", "row": "one", "column": "slope",
             "published": "0.2", "ours": "0.64328123456", "error": "1e-9", "unit": "",
             "data": "real", "remark": ""},
        ],
    )  # fmt: skip


@pytest.fixture(scope="session")
def page(contents):
    return render(contents)


class Opened:
    """The page in a browser, with what a reader does to it."""

    def __init__(self, driver, address):
        self.driver = driver
        self.address = address

    def load(self, width=1280, height=900, scheme="light", anchor=""):
        command = self.driver.execute_cdp_cmd
        command(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500},
        )
        feature = {"name": "prefers-color-scheme", "value": scheme}
        command("Emulation.setEmulatedMedia", {"features": [feature]})
        self.driver.get("about:blank")
        self.driver.get(self.address + anchor)
        return self

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def find(self, selector):
        return self.driver.find_element("css selector", selector)

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def press(self, *keys):
        from selenium.webdriver import ActionChains

        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    def until(self, test):
        from selenium.webdriver.support.wait import WebDriverWait

        return WebDriverWait(self.driver, 10, poll_frequency=0.02).until(lambda _: test())

    def shown(self):
        return [row.get_attribute("id") for row in self.all("#rows > tr") if row.is_displayed()]

    def requests(self):
        """Give all addresses that were asked for since this was called last."""
        entries = [json.loads(each["message"]) for each in self.driver.get_log("performance")]
        messages = [entry["message"] for entry in entries]
        return [
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        ]


@pytest.fixture(scope="session")
def browser(page, tmp_path_factory):
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("Chromium and its driver are not installed; ./reproduce test installs them")
    from selenium import webdriver
    from selenium.common.exceptions import WebDriverException

    folder = tmp_path_factory.mktemp("page")
    (folder / "index.html").write_text(page, encoding="utf-8")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (
        "headless=new",
        "no-sandbox",
        "disable-gpu",
        "disable-dev-shm-usage",
        "disable-background-networking",
        f"user-data-dir={folder / 'profile'}",
    ):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    # the driver is named, so that none is looked for elsewhere
    service = webdriver.ChromeService(executable_path=driver)
    try:
        running = webdriver.Chrome(options=options, service=service)
    except WebDriverException as error:
        pytest.skip(f"Chromium does not start here: {(error.msg or '').splitlines()[:1]}")
    with running:
        yield Opened(running, (folder / "index.html").as_uri())


@pytest.fixture
def opened(browser):
    """Open the page afresh; a complaint of the browser, or a request, fails the test."""
    browser.driver.get_log("browser")
    browser.requests()
    yield browser.load()
    complaints = [each["message"] for each in browser.driver.get_log("browser")]
    assert complaints == []
    assert [url for url in browser.requests() if url.startswith(("http", "ws"))] == []
