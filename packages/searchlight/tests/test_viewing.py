import http.client
import threading
from pathlib import Path

import pytest

from searchlight.cli import main
from searchlight.errors import UsageError
from searchlight.viewing import HOST, index_of, server_of

PAGE = "<!DOCTYPE html><html><head><title>{}</title></head><body></body></html>"


@pytest.fixture
def root(tmp_path):
    """A folder of reports, a secret beside it, and links that lead there."""
    runs = tmp_path / "runs"
    pages = {
        "working_memory/mtmf/report.html": "mtmf, 5 networks",
        "working_memory/mtmf/seed-0/report.html": "mtmf, seed 0",
        "working_memory/mtmf/seed-0/inspection.html": "What mtmf attends to",
        "comparisons/a-vs-b/report.html": "a against &lt;b&gt;",
        "claims/working_memory/report.html": "Claims",
    }
    for place, title in pages.items():
        (runs / place).parent.mkdir(parents=True, exist_ok=True)
        (runs / place).write_text(PAGE.format(title))
    figures = runs / "comparisons" / "a-vs-b" / "figures"
    figures.mkdir()
    (figures / "training.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (runs / "working_memory" / "mtmf" / "seed-0" / "config.yaml").write_text("system: working_memory")
    (tmp_path / "secret.html").write_text("secret")
    (runs / "report-link.html").symlink_to(tmp_path / "secret.html")
    (runs / "outside").symlink_to(tmp_path)
    (runs / ".hidden.html").write_text("hidden")
    return runs


@pytest.fixture
def ask(root):
    """Ask a running server for an address, exactly as it is written."""
    with server_of(root, 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()

        def answer(address, method="GET", host=None):
            connection = http.client.HTTPConnection(HOST, server.server_port, timeout=10)
            connection.putrequest(method, address, skip_host=host is not None)
            if host is not None:
                connection.putheader("Host", host)
            connection.endheaders()
            response = connection.getresponse()
            return response.status, response.read().decode(errors="replace"), response.headers

        yield answer
        server.shutdown()
        thread.join()


def test_the_index_names_every_report_with_its_kind_and_no_other_file(ask):
    status, page, _ = ask("/")
    assert status == 200
    for title, kind in {
        "mtmf, 5 networks": "arm",
        "mtmf, seed 0": "run",
        "What mtmf attends to": "attention of a run",
        "a against &lt;b&gt;": "comparison",
        "Claims": "claims",
    }.items():
        assert f">{title}</a></td><td>{kind}</td>" in page
    assert "config.yaml" not in page
    assert "secret" not in page


def test_pages_and_pictures_are_served_with_their_kind(ask):
    status, page, headers = ask("/comparisons/a-vs-b/report.html")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "a against" in page
    assert ask("/comparisons/a-vs-b/figures/training.png")[2]["Content-Type"] == "image/png"


@pytest.mark.parametrize(
    "address",
    [
        "/../secret.html",
        "/%2e%2e/secret.html",
        "/comparisons/..%2f..%2f..%2fsecret.html",
        "//secret.html",
        "/outside/secret.html",
        "/report-link.html",
        "/.hidden.html",
        "/%00.html",
        "/..%5csecret.html",
        "/working_memory/mtmf/seed-0/config.yaml",
        "/working_memory/mtmf",
        "/working_memory/mtmf/",
        "/nothing.html",
    ],
)
def test_nothing_else_is_served(ask, address):
    status, body, _ = ask(address)
    assert status == 404
    assert "secret\n" not in body
    assert body != "secret"


def test_an_absolute_path_is_not_served(ask, root):
    assert ask("/" + str(root.parent / "secret.html"))[0] == 404


def test_only_get_is_answered(ask):
    assert ask("/", method="POST")[0] == 501
    assert ask("/", method="PUT")[0] == 501


def test_another_name_for_this_machine_is_refused(ask):
    assert ask("/", host="evil.example:80")[0] == 421
    assert ask("/", host="localhost:80")[0] == 200


def test_the_server_listens_on_the_loopback_address_only(root):
    with server_of(root, 0) as server:
        assert server.server_address[0] == "127.0.0.1"


def test_a_folder_without_reports_says_what_writes_them(tmp_path):
    assert "searchlight report" in index_of(tmp_path)


def test_a_missing_folder_and_a_taken_port_are_one_sentence(root, tmp_path, capsys):
    with pytest.raises(UsageError, match="is not a folder"):
        server_of(tmp_path / "nowhere", 0)
    with server_of(root, 0) as server, pytest.raises(UsageError, match="is taken"):
        server_of(root, server.server_port)
    with pytest.raises(UsageError, match="expected 0 to 65535"):
        server_of(root, 70000)
    with pytest.raises(SystemExit) as stopped:
        main(["view", str(tmp_path / "nowhere")])
    assert stopped.value.code == 2
    assert "is not a folder" in capsys.readouterr().err


def test_an_interruption_ends_with_a_sentence(root, capsys, monkeypatch):
    from http.server import ThreadingHTTPServer

    def interrupted(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(ThreadingHTTPServer, "serve_forever", interrupted)
    main(["view", str(Path(root)), "--port", "0"])
    shown = capsys.readouterr().out
    assert "5 reports: http://127.0.0.1:" in shown
    assert "stopped" in shown
