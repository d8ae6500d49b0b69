"""An archive says what it has, is the same twice, and no byte of it changes unnoticed."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zlib
from pathlib import Path
from typing import Any

import pytest

from proofs_check import verify, verify_archive
from rmot import cli
from rmot.artifact.archive import bundle
from rmot.artifact.archive.bundle import manifest, sha256_of, write_bundle
from rmot.artifact.archive.making import make_archive
from rmot.artifact.archive.metadata import read_citation
from rmot.artifact.archive.results import FIXED
from rmot.errors import DataError, MissingData, OutputError

ROOT = Path(__file__).parents[2]
TIME = 1_700_000_000
MARKET_DATA = b"strike,bid,ask\n100,1,2\n"
SOURCES = {
    "CITATION.cff": 'title: "made: up"\nauthors:\n  - name: A Team\n  - family-names: Noether\n'
    "    given-names: Emmy\nversion: 0.1.0\nlicense: MIT\ndate-released: 2026-01-02\n",
    "pyproject.toml": '[project]\ndescription = "made up"\nkeywords = ["bounds"]\n',
    "requirements.lock": "numpy==2.0\n",
    "reproduce": "#!/bin/sh\n",
    "data/portfolios/two.toml": "",
    "paper/sections/one.tex": "\\includegraphics[width=\\textwidth]{smile}\n",
    "proofs_check/claims/odds.toml": '[[claims]]\nid = "X001"\n[claims.data]\nodds = "1/3"\n',
    "proofs_check/tables/hashes.toml": "",
}
LARGER = {"kind": "inequality", "name": "less", "left": ["datum", "odds"], "relation": "<"}
CERTIFICATE = {
    "claim": "X001",
    "verdict": "verified",
    "method": "symbolic",
    "otherwise": "",
    "reading": "",
    "evidence": {},
    "data": {"profile": "full", "values": {"odds": "1/3"}, "tables": {}},
    "exact": [{**LARGER, "right": "1/2", "holds": True}],
    "decision": [{"when": {"less": True}, "verdict": "verified"}],
}


def written(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def git(folder, *arguments):
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    who = ["-c", "user.name=n", "-c", "user.email=e@example.org"]
    environment = {**os.environ, "GIT_COMMITTER_DATE": f"{TIME} +0000"}
    command = ["git", "-C", str(folder), *who, *arguments]
    subprocess.run(command, check=True, capture_output=True, env=environment)


def results_of(project):
    claims = {"claims": [{"claim": "X001", "topic": "odds"}]}
    provenance = {
        "rmot": "0.1.0",
        "commit": "of the results",
        "profile": "full",
        "lock_sha256": sha256_of(project / "requirements.lock"),
        "data": {"spx": {"id": "spx", "kind": "real", "sha256": "0" * 64, "repository": "a/b"}},
        "absent_data": [],
        "tables_of_numbers": {"Odds": "odds"},
    }
    return {
        **dict.fromkeys(FIXED, "{}"),
        "provenance.json": json.dumps(provenance),
        "claims/ledger.json": json.dumps(claims),
        "claims/odds.json": json.dumps({"certificates": [CERTIFICATE]}),
        "tables/odds.csv": "odds\n0.3\n",
        "figures/smile.pdf": "%PDF",
        "figures/smile.png": "PNG",
        "capital/two.html": "<p>",
        "capital/two.json": "{}",
        # what is made on the way is not packed
        "fits/spx.json": "{}",
        "tables/.odds.csv.x.part": "half",
        "tables/other.csv.part": "half",
    }


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    folder = tmp_path / "project"
    written(folder, SOURCES)
    told = f'[[dataset]]\nid = "quotes"\nsha256 = "{sha256(MARKET_DATA)}"\n'
    written(folder, {"data/registry.toml": told, ".gitignore": "/results/\n"})
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "all")
    written(folder / "results", results_of(folder))
    written(folder, {"untracked.txt": "no source"})
    return folder


def sha256(content):
    return verify_archive.hashlib.sha256(content).hexdigest()


def pack(project, output="../archive.tar.gz"):
    return make_archive(project, project / "results", project / output)


def names(path):
    with tarfile.open(path) as opened:
        return opened.getnames()


def told_by(path, capsys) -> Any:
    """Run the verifier: its counts, or the one line with which it ends."""
    try:
        verify.main([path])
        said = capsys.readouterr().out
    except SystemExit as stop:
        said = str(stop.code)
    return json.loads(said) if said.endswith("\n") else said


def test_an_archive_has_sources_results_and_checksums_and_is_verified(project, capsys):
    made = pack(project)
    here = names(made.path)
    assert here == sorted(here)
    kept = {name.removeprefix("rmot-0.1.0/") for name in here}
    wanted = {f"results/{name}" for name in results_of(project)}
    wanted -= {"results/fits/spx.json", "results/tables/other.csv.part"}
    wanted -= {"results/tables/.odds.csv.x.part"}
    made_here = {"MANIFEST.sha256", "ARCHIVE.json", ".zenodo.json", "datacite.json"}
    assert kept == wanted | made_here | {*SOURCES, ".gitignore", "data/registry.toml"}
    assert (made.files, made.data, made.results_commit) == (len(here), 1, "of the results")
    found = told_by(made.path, capsys)
    assert (found["certificates"], found["statements"], found["files"]) == (1, 1, made.files)
    assert found["sha256"] == made.sha256 == sha256(made.path.read_bytes())


def test_the_verifier_is_a_script_of_the_standard_library(project):
    made = pack(project)
    command = [sys.executable, "-I", "-S", ROOT / "proofs_check" / "verify.py", made.path]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["certificates"] == 1
    made.path.write_bytes(made.path.read_bytes()[:-100])
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


def test_the_same_sources_and_results_give_the_same_bytes(project, monkeypatch):
    one = pack(project)
    for path in project.rglob("*.json"):
        os.utime(path, (1, 1))
    assert pack(project, "../again.tar.gz").sha256 == one.sha256
    with tarfile.open(one.path) as opened:
        members = opened.getmembers()
    said = {(each.mtime, each.uid, each.gid, each.uname, each.gname) for each in members}
    assert said == {(TIME, 0, 0, "", "")}
    assert [each.name for each in members if each.mode == 0o755] == ["rmot-0.1.0/reproduce"]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "12")
    assert pack(project, "../dated.tar.gz").sha256 != one.sha256


def test_an_unpacked_archive_packs_itself_to_the_same_bytes(project, tmp_path):
    made = pack(project)
    subprocess.run(["tar", "-xzf", str(made.path), "-C", str(tmp_path)], check=True)
    unpacked = tmp_path / "rmot-0.1.0"
    digest = ["sha256sum"] if shutil.which("sha256sum") else ["shasum", "-a", "256"]
    subprocess.run([*digest, "--check", "MANIFEST.sha256"], cwd=unpacked, check=True)
    assert pack(unpacked).sha256 == made.sha256
    (unpacked / "reproduce").write_text("#!/bin/sh\nexit\n")
    assert pack(unpacked).commit == f"{made.commit}-dirty"
    (unpacked / "reproduce").unlink()
    with pytest.raises(DataError, match="reproduce to be a plain file"):
        pack(unpacked)


def test_deposits_say_what_the_citation_says(project):
    made = pack(project)
    files = verify_archive.read(made.path)
    zenodo, datacite = (json.loads(files[name]) for name in (".zenodo.json", "datacite.json"))
    assert zenodo["title"] == datacite["titles"][0]["title"] == "made: up"
    assert zenodo["creators"] == [{"name": "A Team"}, {"name": "Noether, Emmy"}]
    assert (zenodo["license"], datacite["publicationYear"]) == ("MIT", "2026")
    described = json.loads(files["ARCHIVE.json"])
    assert described["data"] == [
        {"id": "spx", "kind": "real", "repository": "a/b", "sha256": "0" * 64}
    ]


def test_citation_is_read_as_yaml_reads_it():
    yaml = pytest.importorskip("yaml")
    text = (ROOT / "CITATION.cff").read_text()
    wanted = yaml.load(text, yaml.BaseLoader)
    assert read_citation(ROOT / "CITATION.cff") == wanted


@pytest.mark.parametrize(
    "line", ["title: [a]", "no key", "  title: x", "title: |", "- name: x", "version: ../x"]
)
def test_a_citation_of_another_form_is_refused(tmp_path, line):
    (tmp_path / "CITATION.cff").write_text(f"{line}\n")
    with pytest.raises(DataError, match="expected"):
        read_citation(tmp_path / "CITATION.cff")


@pytest.mark.parametrize(
    "name",
    [
        "provenance.json",
        "claims/odds.json",
        "figures/smile.png",
        "tables/odds.csv",
        "capital/two.html",
        "paper/rmot.pdf",
        "report/index.html",
    ],
)
def test_what_is_not_there_is_named_and_nothing_is_written(project, name):
    (project / "results" / name).unlink()
    with pytest.raises(MissingData, match=Path(name).name.replace(".", r"\.")):
        pack(project)
    assert not (project.parent / "archive.tar.gz").exists()


def test_no_results_at_all_are_one_clear_error(project):
    with pytest.raises(MissingData, match="expected results in"):
        make_archive(project, project / "elsewhere", project / "a.tar.gz")
    with pytest.raises(MissingData, match=r"neither \.git nor"):
        make_archive(project / "paper", project / "results", project / "a.tar.gz")


def test_results_of_another_lock_and_market_data_are_refused(project):
    (project / "results" / "tables" / "quotes.csv").write_bytes(MARKET_DATA)
    with pytest.raises(DataError, match=r"no market data in an archive.*is quotes"):
        pack(project)
    (project / "requirements.lock").write_text("numpy==1.0\n")
    with pytest.raises(DataError, match="results made with this requirements"):
        pack(project)


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"\xff", b'{"claims": [1]}', b'project = "x"'])
@pytest.mark.parametrize(
    "name",
    [
        "results/provenance.json",
        "results/claims/ledger.json",
        "CITATION.cff",
        "pyproject.toml",
        "data/registry.toml",
        "paper/sections/one.tex",
    ],
)
def test_a_damaged_file_is_one_clear_error(project, name, text):
    harmless = [("pyproject.toml", b""), ("data/registry.toml", b"")]
    harmless += [("data/registry.toml", b'project = "x"')]
    if (name, text) in harmless or (name.endswith(".tex") and text != b"\xff"):
        return
    (project / name).write_bytes(text)
    with pytest.raises(DataError, match="expected"):
        pack(project)


def test_a_folder_that_cannot_be_written_is_one_clear_error(project):
    (project / "odd").write_text("no folder")
    with pytest.raises(OutputError, match=r"expected to write .*a\.tar\.gz; File exists"):
        pack(project, "odd/a.tar.gz")


@pytest.mark.parametrize("output", ["results/a.tar.gz", "results/tables/odds.csv", "reproduce"])
def test_an_output_within_what_is_packed_is_refused(project, output):
    before = (project / "reproduce").read_bytes()
    with pytest.raises(DataError, match="beside what is packed"):
        pack(project, output)
    assert (project / "reproduce").read_bytes() == before


def test_a_link_is_refused(project):
    table = project / "results" / "tables" / "odds.csv"
    table.rename(project / "odds.csv")
    table.symlink_to(project / "odds.csv")
    with pytest.raises(DataError, match="plain file"):
        pack(project)


def test_a_file_that_changes_while_it_is_read_ends_it(project, monkeypatch):
    table = project / "results" / "tables" / "odds.csv"
    old = project.parent / "archive.tar.gz"
    old.write_text("as it was")

    def change_first(handle, root, contents, time):
        table.write_text("odds\n0.4\n")
        write_bundle(handle, root, contents, time)

    monkeypatch.setattr("rmot.artifact.archive.making.write_bundle", change_first)
    with pytest.raises(DataError, match=r"odds\.csv to stay as it is; it changed while read"):
        pack(project)

    def add_one(handle, root, contents, time):
        write_bundle(handle, root, contents, time)
        (table.parent / "late.csv").write_text("")

    monkeypatch.setattr("rmot.artifact.archive.making.write_bundle", add_one)
    with pytest.raises(DataError, match="some came or went"):
        pack(project)
    assert old.read_text() == "as it was"
    assert [path.name for path in old.parent.iterdir() if path.suffix == ".part"] == []


def test_the_command_says_what_it_wrote(project, monkeypatch, capsys):
    monkeypatch.chdir(project)
    cli.app(["archive", "--output", "../a.tar.gz"], standalone_mode=False)
    out, err = capsys.readouterr()
    digest = sha256((project.parent / "a.tar.gz").read_bytes())
    assert out.startswith(f"{digest}  ../a.tar.gz\n")
    assert "python proofs_check/verify.py ../a.tar.gz checks it" in err


# The verifier, on archives that someone changed.

SMALL = {"ARCHIVE.json": f'{{"time": {TIME}}}'.encode(), "a.csv": b"x\n1\n"}


def bundled(path, files, root="rmot", time=TIME, order=sorted):
    packed = io.BytesIO()
    write_bundle(packed, root, [(name, files[name]) for name in order(files)], time)
    path.write_bytes(packed.getvalue())
    return path


def small(path, changes=(), listed=SMALL, **options):
    hashes = {name: sha256(content) for name, content in listed.items()}
    files = {**SMALL, "MANIFEST.sha256": manifest(hashes), **dict(changes)}
    files = {name: content for name, content in files.items() if content is not None}
    return bundled(path, files, **options)


def test_limits_of_maker_and_verifier_are_the_same():
    assert (bundle.LARGEST, bundle.MOST) == (verify_archive.LARGEST, verify_archive.MOST)


def rejected(packed):
    try:
        verify_archive.contents(packed)
    except (ArithmeticError, ValueError):
        return True
    return False


def flipped(whole, place, bit):
    return whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :]


def test_each_flipped_bit_and_each_cut_is_found(tmp_path):
    whole = small(tmp_path / "small.tar.gz").read_bytes()
    assert set(verify_archive.contents(whole)) == {*SMALL, "MANIFEST.sha256"}
    for place in range(len(whole)):
        assert all(rejected(flipped(whole, place, bit)) for bit in range(8)), place
        assert rejected(whole[:place])
    assert rejected(whole + b"\0")


def test_each_flipped_byte_under_the_checksums_of_gzip_is_found(tmp_path):
    """Someone who packs anew has the checksums of gzip right; tar's own are weak."""
    whole = small(tmp_path / "small.tar.gz").read_bytes()
    tar = zlib.decompress(whole, wbits=31)
    found = [place for place in range(len(tar)) if rejected(gzipped(flipped(tar, place, 0)))]
    assert found == [*range(len(tar))]


def gzipped(tar):
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    body = packer.compress(tar) + packer.flush()
    tail = zlib.crc32(tar).to_bytes(4, "little") + len(tar).to_bytes(4, "little")
    digest = sha256(body + tail).encode()
    return verify_archive.HEAD + digest + b"\0" + body + tail


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"changes": {"a.csv": b"x\n2\n"}}, "a.csv is not of its sha256"),
        ({"changes": {"a.csv": None}}, "a.csv is missing"),
        ({"changes": {"b.csv": b""}}, "b.csv is not in MANIFEST.sha256"),
        ({"changes": {"MANIFEST.sha256": None}}, "MANIFEST.sha256 is missing"),
        ({"changes": {"MANIFEST.sha256": b"0 a.csv\n"}}, "MANIFEST.sha256: '0 a.csv'"),
        ({"changes": {"../a.csv": b""}}, "'rmot/../a.csv' leads out"),
        ({"changes": {"a//b.csv": b""}}, "leads out"),
        ({"changes": {"a\\b.csv": b""}}, "leads out"),
        ({"root": "", "changes": {}}, "'/ARCHIVE.json' leads out"),
        ({"root": ".."}, "leads out"),
        ({"time": TIME + 1}, "times differ"),
        ({"order": lambda files: sorted(files, reverse=True)}, "is not in its order"),
        ({"order": lambda files: [*sorted(files), "a.csv"]}, "is not in its order, or there twice"),
    ],
)
def test_a_changed_archive_is_one_clear_line(tmp_path, capsys, options, words):
    path = small(tmp_path / "small.tar.gz", **options)
    said = told_by(path, capsys)
    assert said.startswith(f"{path}: ")
    assert words in said
    assert "\n" not in said
    assert [each.name for each in tmp_path.iterdir()] == ["small.tar.gz"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, b"x", b"L"])
def test_what_is_no_plain_file_is_rejected(tmp_path, capsys, kind):
    info = tarfile.TarInfo("rmot/link")
    info.type, info.linkname, info.mtime = kind, "/etc/passwd", TIME
    tar = info.tobuf(tarfile.USTAR_FORMAT) + bytes(1024)
    path = tmp_path / "link.tar.gz"
    path.write_bytes(gzipped(tar))
    assert "rmot/link is no plain file" in told_by(path, capsys)


def test_a_bomb_is_not_unpacked(tmp_path, capsys, monkeypatch):
    path = bundled(tmp_path / "bomb.tar.gz", {"zeros": bytes(3_000_000)})
    monkeypatch.setattr(verify_archive, "LARGEST", 1_000_000)
    with pytest.raises(verify_archive.Rejected, match="more than 1000000 bytes unpacked"):
        verify_archive.read(path)


def test_a_certificate_of_an_archive_that_does_not_hold_is_named(project, capsys):
    doctored = {**CERTIFICATE, "data": {**CERTIFICATE["data"], "values": {"odds": "2/3"}}}
    written(project / "results", {"claims/odds.json": json.dumps({"certificates": [doctored]})})
    said = told_by(pack(project).path, capsys)
    assert "results/claims/odds.json: X001: Rejected: data are not the ledger's" in said
