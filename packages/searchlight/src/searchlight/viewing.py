"""Reports of a folder, served on the loopback address: nothing outside the folder, nothing but pages and pictures."""

import errno
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from html import escape, unescape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from searchlight import console
from searchlight.errors import UsageError

HOST = "127.0.0.1"
SERVED = {".html": "text/html; charset=utf-8", ".png": "image/png", ".svg": "image/svg+xml"}
HEAD = 20_000
"""Bytes of a page within which its title stands."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>Reports</title>
<style>
body {{ font: 1rem/1.6 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; vertical-align: baseline; padding: .3rem 1rem .3rem 0; overflow-wrap: anywhere; }}
thead th {{ font-weight: 500; border-bottom: 1px solid; }}
@media (max-width: 40rem) {{
  thead {{ display: none; }}
  td, tr {{ display: block; padding: 0; }}
  tr {{ padding: .6rem 0; }}
}}
</style></head><body><h1>Reports in {folder}</h1>{table}</body></html>
"""
ROW = '<tr><td><a href="{address}">{title}</a></td><td>{kind}</td><td>{date}</td><td>{place}</td></tr>'


@dataclass(frozen=True)
class Page:
    """A report below the folder that is served."""

    path: Path
    root: Path

    @property
    def title(self) -> str:
        """What stands in its head."""
        with self.path.open("rb") as file:
            head = file.read(HEAD).decode(errors="replace")
        title = head.partition("<title>")[2].partition("</title>")[0]
        return unescape(title).strip() or self.path.parent.name

    @property
    def kind(self) -> str:
        """Of a comparison, of claims, of one network, or of an arm."""
        folders = self.path.relative_to(self.root).parts[:-1]
        parents = (self.root.name, *folders)
        for folder, kind in (("comparisons", "comparison"), ("claims", "claims")):
            if folder in parents:
                return kind
        if not parents[-1].startswith("seed-"):
            return "arm"
        return "run" if self.path.name == "report.html" else "attention of a run"

    @property
    def row(self) -> str:
        """A line of the index."""
        place = self.path.relative_to(self.root).as_posix()
        date = datetime.fromtimestamp(self.path.stat().st_mtime).astimezone().strftime("%Y-%m-%d %H:%M")
        told = {"title": self.title, "kind": self.kind, "date": date, "place": place}
        return ROW.format(address=escape(quote(place)), **{name: escape(text) for name, text in told.items()})


def pages_below(root: Path) -> list[Page]:
    """Every report, the newest first; what lies outside the folder, by a link, is none."""
    found = [
        path
        for name in ("report*.html", "inspection*.html")
        for path in root.rglob(name)
        if servable(root, path) and "interventions" not in path.parts
    ]
    return [Page(path, root) for path in sorted(found, key=lambda path: (-path.stat().st_mtime, path))]


def index_of(root: Path) -> str:
    """The page that lists them."""
    rows = "".join(page.row for page in pages_below(root))
    head = "<thead><tr><th>Title</th><th>Kind</th><th>Written</th><th>File</th></tr></thead>"
    none = "<p>There is none yet: searchlight report and searchlight compare write them.</p>"
    return PAGE.format(
        folder=escape(str(root)), table=f"<table>{head}<tbody>{rows}</tbody></table>" if rows else none
    )


def servable(root: Path, path: Path) -> bool:
    """Whether this is a page or a picture that truly lies below the folder; no hidden part, no link out of it."""
    try:
        inside = path.resolve(strict=True).relative_to(root.resolve(strict=True))
    except (OSError, ValueError, RuntimeError):
        return False
    hidden = any(part.startswith(".") for part in inside.parts)
    return not hidden and path.suffix in SERVED and path.is_file()


def asked_file(root: Path, address: str) -> Path | None:
    """The file that an address names, None where it names none that may be served."""
    name = unquote(urlsplit(address).path).lstrip("/")
    if "\0" in name or "\\" in name:
        return None
    path = root / name
    return path if servable(root, path) else None


class Handler(BaseHTTPRequestHandler):
    """Answers GET with the index, a page or a picture, and anything else with an error."""

    def __init__(self, *args, root: Path, **kwargs):
        self.root = root
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        """The index at the root, the file at its path."""
        if not self.asked_of_us():
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        elif urlsplit(self.path).path in ("/", ""):
            self.answer(index_of(self.root).encode(), SERVED[".html"], POLICY)
        elif file := asked_file(self.root, self.path):
            self.answer(file.read_bytes(), SERVED[file.suffix])
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    def asked_of_us(self) -> bool:
        """Whether the page's address is ours: a name that somebody pointed here could read it from elsewhere."""
        return (self.headers.get("Host") or "").rpartition(":")[0] in (HOST, "localhost")

    def answer(self, body: bytes, kind: str, policy: str | None = None) -> None:
        """Send bytes; pages carry their own policy."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        if policy:
            self.send_header("Content-Security-Policy", policy)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args) -> None:
        """Say nothing of single requests."""


def server_of(root: Path, port: int) -> ThreadingHTTPServer:
    """A server of the reports below a folder, not yet running.

    Raises:
        UsageError: there is no such folder, or the port is taken or cannot be one.
    """
    if not root.is_dir():
        raise UsageError(f"{root} is not a folder; expected one with runs, such as runs.")
    try:
        return ThreadingHTTPServer((HOST, port), partial(Handler, root=root))
    except OverflowError:
        raise UsageError(f"--port {port}: expected 0 to 65535.") from None
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise UsageError(f"--port {port} is taken or not allowed; --port 0 takes any free one.") from None


def serve(root: Path, port: int) -> None:
    """Serve until interrupted."""
    with server_of(root, port) as server:
        count = len(pages_below(root))
        console.say(f"{count} report{'s' * (count != 1)}: http://{HOST}:{server.server_port}/  (Ctrl-C ends)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            console.say("stopped; the pages stay where they are")
