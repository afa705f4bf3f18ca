"""Serve a page, the players and a folder of media on the loopback interface."""

import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

PROJECT_ROOT = Path(__file__).resolve().parents[2]
PAGE_FILES = ("page.html", "player.js")
# From the npm packages that package.json pins.
PLAYERS = {
    "hls.js": PROJECT_ROOT / "node_modules" / "hls.js" / "dist" / "hls.min.js",
    "dash.js": PROJECT_ROOT / "node_modules" / "dashjs" / "dist" / "modern" / "umd" / "dash.all.min.js",
}
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mpd": "application/dash+xml",
    ".vtt": "text/vtt",
    ".jpg": "image/jpeg",
    ".ts": "video/mp2t",
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".cmfv": "video/mp4",
    ".cmfa": "audio/mp4",
}
RANGE = re.compile(r"bytes=(\d+)-(\d*)")


class PlayersMissingError(Exception):
    """The players aren't installed."""


def site_files() -> Mapping[str, Path]:
    """Return the files of the page by their names.

    Raises:
        PlayersMissingError: The npm packages aren't installed.
    """
    files = {name: Path(__file__).parent / name for name in PAGE_FILES} | PLAYERS
    missing = [name for name, path in files.items() if not path.is_file()]
    if missing:
        raise PlayersMissingError(f"{' and '.join(missing)} not installed; `make setup-cdktf` does")
    return files


@contextmanager
def serving(media: Path) -> Iterator[str]:
    """Serve the page and, below ``/media/``, a folder; return the server's URL.

    Raises:
        PlayersMissingError: The npm packages aren't installed.
    """
    server = _Server(("127.0.0.1", 0), _handler(site_files(), media.resolve()))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over connections that a browser which has seen enough breaks off; tell of all other errors."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def _handler(files: Mapping[str, Path], media: Path) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self._asked()
            if path is None or not path.is_file():
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            data = path.read_bytes()
            part = RANGE.fullmatch(self.headers.get("Range", ""))
            first = int(part[1]) if part else 0
            last = min(int(part[2]) if part and part[2] else len(data) - 1, len(data) - 1)
            if first > last and data:
                self.send_error(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
                return
            self.send_response(HTTPStatus.PARTIAL_CONTENT if part else HTTPStatus.OK)
            self.send_header("Content-Type", MEDIA_TYPES.get(path.suffix, "application/octet-stream"))
            self.send_header("Content-Length", str(last + 1 - first))
            self.send_header("Accept-Ranges", "bytes")
            if part:
                self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
            self.end_headers()
            self.wfile.write(data[first : last + 1])

        def _asked(self) -> Path | None:
            name = unquote(urlsplit(self.path).path).lstrip("/")
            if name in files:
                return files[name]
            path = (media / name.removeprefix("media/")).resolve()
            return path if name.startswith("media/") and path.is_relative_to(media) else None

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: what can't be loaded is an error of the playback."""

    return Handler
