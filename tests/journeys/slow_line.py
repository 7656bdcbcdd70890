"""A slow line to a site: its pages arrive in small pieces, its pictures and fonts late."""

import contextlib
import http.client
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PIECE = 700  # bytes
WAIT = 0.02  # seconds: a screen may be painted between two pieces
LATE = 0.12
KEPT = ("Content-Type", "Cache-Control", "Content-Security-Policy")


@contextlib.contextmanager
def slow_line(site_url: str) -> Iterator[str]:
    """The address of the slow end."""

    class Line(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer, body = self.asked_for("GET")
            is_page = answer.getheader("Content-Type", "").startswith("text/html")
            if self.path.endswith((".webp", ".avif", ".png", ".woff2")):
                time.sleep(LATE)
            self.begin(answer, len(body))
            step = PIECE if is_page else max(len(body), 1)
            for begin in range(0, len(body), step):
                self.wfile.write(body[begin : begin + step])
                time.sleep(WAIT if is_page else 0)

        def do_POST(self) -> None:
            answer, body = self.asked_for(
                "POST", self.rfile.read(int(self.headers["Content-Length"]))
            )
            self.begin(answer, len(body))
            self.wfile.write(body)

        def asked_for(
            self, method: str, body: bytes | None = None
        ) -> tuple[http.client.HTTPResponse, bytes]:
            line = http.client.HTTPConnection(urlsplit(site_url).netloc, timeout=20)
            passed = {
                name: self.headers[name]
                for name in ("Host", "User-Agent", "Content-Type")
                if self.headers[name]
            }
            with contextlib.closing(line):
                line.request(method, self.path, body, passed)
                answer = line.getresponse()
                return answer, answer.read()

        def begin(self, answer: http.client.HTTPResponse, length: int) -> None:
            self.send_response(answer.status)
            for name in KEPT:
                if value := answer.getheader(name):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(length))
            self.end_headers()

        def log_message(self, *words: object) -> None:
            """Nothing: the site has a log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Line)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
