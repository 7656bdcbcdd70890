"""The publication behind Debian’s nginx, with the very file of deploy/nginx: what it keeps, and
what it never keeps.
"""

import contextlib
import http.client
import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import pytest

from newsroom.operations.structured_logs import SECRET_AFTER

from .conftest import (
    ROOT,
    Site,
    free_port,
    not_on_the_second_database,
    own_database,
    running_site,
    wait_for,
)
from .test_freshness import FIND, Elsewhere

NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
needs_nginx = pytest.mark.skipif(
    NGINX is None and os.environ.get("CI") != "true",
    reason="No nginx. On Debian: apt install nginx-light",
)
pytestmark = [pytest.mark.xdist_group("journeys"), not_on_the_second_database, needs_nginx]
STORY = "/policy/nine-banks-agree-when-a-payment-is-over/"
HOST = "news.example"
LONGEST_WAIT = (
    1.5  # seconds: until nginx’ second is over, and until every process of ours has heard
)


@dataclass
class Front:
    port: int
    plain_port: int
    site: Site

    def ask(
        self, path: str, method: str = "GET", **fields: str
    ) -> tuple[http.client.HTTPResponse, bytes]:
        context = ssl._create_unverified_context()  # a certificate of the test’s own
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, context=context, timeout=20
        )
        connection.request(
            method,
            path,
            headers={"Host": HOST} | {k.replace("_", "-"): v for k, v in fields.items()},
        )
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with behind_nginx(tmp_path_factory.mktemp("nginx")) as front:
        yield front


@contextlib.contextmanager
def behind_nginx(folder: Path) -> Iterator[Front]:
    """A site of its own, and nginx before it."""
    os.chmod(folder, 0o755)
    variables = {
        "SITE_URL": f"https://{HOST}",
        "BEHIND_PROXY": "1",
        "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
    }
    with (
        own_database("newsroom_nginx") as url,
        running_site(folder / "site", url, **variables) as site,
    ):
        port, plain_port = free_port(), free_port()
        configuration = write_configuration(folder, site, port, plain_port)
        options = ["-c", str(configuration), "-p", str(folder), "-e", str(folder / "error.log")]
        process = subprocess.Popen([NGINX, *options])
        try:
            front = Front(port, plain_port, site)
            wait_for(lambda: answers(front))
            yield front
        finally:
            process.terminate()
            process.wait(10)


def answers(front: Front) -> bool:
    try:
        return front.ask("/livez")[0].status == 200
    except OSError:
        return False


def write_configuration(folder: Path, site: Site, port: int, plain_port: int) -> Path:
    """Our file with this machine’s places in it, inside the smallest nginx.conf."""
    certificate = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    request = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        f"/CN={HOST}",
    ]
    subprocess.run([*request, *certificate], check=True, capture_output=True)
    ours = (ROOT / "deploy/nginx/newsroom.conf").read_text()
    for place, here in {
        "127.0.0.1:8000": site.url.removeprefix("http://"),
        "listen 80;": f"listen 127.0.0.1:{plain_port};",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl http2;\n": "",
        "/etc/ssl/newsroom": str(folder),
        "/var/lib/newsroom": str(site.data),
        "/var/cache/newsroom": str(folder / "cache"),
        "/var/log/nginx": str(folder),
    }.items():
        assert place in ours
        ours = ours.replace(place, here)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    path = folder / "nginx.conf"
    path.write_text(
        f"{user}daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\ninclude /etc/nginx/mime.types;\n{temporary}{ours}\n}}\n"
    )
    return path


def test_the_second_reader_is_answered_by_nginx(front):
    # One of a few in a row: the page’s second may end between two.
    asked = [front.ask(STORY) for _ in range(5)]
    assert "HIT" in [answer.headers["X-Cache-Front"] for answer, _ in asked]
    answer, body = asked[-1]
    assert answer.status == 200
    assert b"id=comments" in body
    assert "Set-Cookie" not in answer.headers
    assert "Surrogate-Key" not in answer.headers
    assert answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("", None),
        ("deflate", None),
        ("gzip, br;q=0", "gzip"),
        ("br;q=0, gzip;q=0.0", None),
        ("br;q=0.5", "br"),
    ],
)
def test_each_reader_gets_an_encoding_that_they_take(front, accepted, encoding):
    for _ in range(2):
        answer, _ = front.ask(STORY, Accept_Encoding=accepted)
        assert answer.headers["Content-Encoding"] == encoding
    assert answer.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", ["/br", "/gzip"])
def test_an_address_that_ends_like_an_encoding_is_no_other_page(front, path):
    """Whoever may choose an address must not put an answer in the place of another."""
    for _ in range(3):
        front.ask(path, Accept_Encoding="identity")
        answer, _ = front.ask("/", Accept_Encoding=path[1:])
        assert (answer.status, answer.headers["Content-Encoding"]) == (200, path[1:])
        assert front.ask(path, Accept_Encoding="identity")[0].status in (301, 404)


def test_the_folder_of_kept_pages_can_be_made_by_nginx():
    """It makes the last folder of a path, and no more."""
    place = re.search(r"proxy_cache_path (\S+)", (ROOT / "deploy/nginx/newsroom.conf").read_text())[
        1
    ]
    assert Path(place).parent.is_dir()


def test_what_is_never_kept_is_not_waited_for_one_after_another(front):
    """nginx would let only one of them through at a time, each half a second after the other."""
    with ThreadPoolExecutor(30) as pool:
        asked = [pool.submit(front.ask, "/search/?q=settlement") for _ in range(30)]
        assert not wait(asked, timeout=5).not_done
    answers = [each.result()[0] for each in asked]
    assert {(answer.status, answer.headers["X-Cache-Front"]) for answer in answers} == {
        (200, "MISS")
    }


def test_a_reader_who_has_the_page_is_told_so(front):
    answer, _ = front.ask(STORY)
    again, body = front.ask(STORY, If_None_Match=answer.headers["ETag"])
    assert (again.status, body) == (304, b"")


def test_a_change_is_seen_through_nginx_too(front):
    """After its second, and ours: the first answer after that shows the change, and so does
    each later one.
    """
    elsewhere = Elsewhere(front.site)

    def is_seen_soon(sees) -> None:
        time.sleep(LONGEST_WAIT)
        for _ in range(5):
            assert sees(*front.ask(STORY))

    try:
        for _ in range(3):
            front.ask(STORY)
        elsewhere.do(FIND + 'first.title = "Ten banks agree"; first.save()')
        is_seen_soon(lambda answer, body: b"Ten banks agree" in body)
        elsewhere.do(FIND + "publishing.withdraw(first, by=None)")
        is_seen_soon(lambda answer, body: answer.status == 410)
        elsewhere.do(FIND + "publishing.publish(first, by=None)")
        is_seen_soon(lambda answer, body: answer.status == 200)
    finally:
        elsewhere.stop()


def test_nginx_keeps_a_page_no_longer_for_what_a_cdn_may(front):
    """The end of this second is for nginx alone; readers and CDNs are told something else."""
    answer, _ = front.ask(STORY)
    assert "X-Accel-Expires" not in answer.headers
    assert "s-maxage=1," in answer.headers["Cache-Control"]
    connection = http.client.HTTPConnection(front.site.url.removeprefix("http://"), timeout=10)
    for _ in range(2):  # made, and kept
        connection.request("GET", STORY, headers={"Host": HOST, "X-Forwarded-Proto": "https"})
        answer = connection.getresponse()
        answer.read()
        assert abs(int(answer.headers["X-Accel-Expires"].removeprefix("@")) - time.time()) < 5
    connection.close()


@pytest.mark.parametrize("cookie", ["sessionid=a", "theme=dark; fresh=1", "preview=x"])
def test_personal_requests_go_through(front, cookie):
    front.ask("/")
    for _ in range(2):
        answer, _ = front.ask("/", Cookie=cookie)
        assert answer.headers["X-Cache-Front"] == "BYPASS"
        assert answer.headers["X-Cache"] == "BYPASS"
    assert front.ask("/", Cookie="theme=dark")[0].headers["X-Cache-Front"] in (
        "HIT",
        "REVALIDATED",
        "EXPIRED",
    )


@pytest.mark.parametrize("path", ["/search/?q=bank", "/accounts/login/", "/healthz"])
def test_what_is_not_for_everybody_is_not_kept(front, path):
    for _ in range(2):
        answer, _ = front.ask(path)
        # Whether the site is well is another question: other journeys keep it busy.
        assert answer.status == 200 or path == "/healthz"
        assert answer.headers["X-Cache-Front"] in ("MISS", "BYPASS")


def test_the_log_has_our_id_and_no_key(front):
    """Whatever follows these prefixes lets somebody in; the query is a person’s own business."""
    asked = [f"{prefix}Kq7-secret/" for prefix in SECRET_AFTER] + ["/search/?q=Kq7-secret"]
    ids = [front.ask(path)[0].headers["X-Request-ID"] for path in asked]
    log = front.site.data.parent / "access.log"
    wait_for(lambda: ids[-1] in log.read_text())
    text = log.read_text()
    assert "Kq7-secret" not in text
    assert all(each in text for each in ids if each)
    for prefix in SECRET_AFTER:
        assert f"{prefix}..." in text


def test_files_come_from_the_disk_for_a_year(front):
    _, body = front.ask(STORY)
    page = body.decode()
    style = re.search(r'href="?(/static/[^" >]+site\.[^" >]+\.css)', page)[1]
    picture = re.search(r'src="?(/media/[^" >]+)', page)[1]
    rules = front.ask(STORY)[0].headers["Speculation-Rules"].strip('"')
    assert front.ask(rules)[0].headers["Content-Type"] == "application/speculationrules+json"
    for path in (style, picture):
        answer, content = front.ask(path, Accept_Encoding="gzip")
        assert answer.status == 200, path
        assert len(content) > 500
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert front.ask(style, Accept_Encoding="gzip")[0].headers["Content-Encoding"] == "gzip"
    # During an upgrade a missing file may be there a moment later.
    for path in ("/static/newsroom/none.css", "/media/none.webp"):
        answer, _ = front.ask(path)
        assert answer.status == 404
        assert "max-age" not in (answer.headers["Cache-Control"] or "")
    for path in ("/media/../secret_key", "/media/%2e%2e/secret_key", "/static/../newsroom.sqlite3"):
        assert front.ask(path)[0].status in (400, 404)


def test_plain_http_is_sent_to_tls(front):
    connection = http.client.HTTPConnection("127.0.0.1", front.plain_port, timeout=10)
    connection.request("GET", STORY, headers={"Host": HOST})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}{STORY}")


def test_who_sends_too_much_is_asked_to_wait(front):
    statuses = [front.ask("/newsletter/", "POST", Content_Length="0")[0].status for _ in range(25)]
    assert 429 in statuses
    assert front.ask("/")[0].status == 200


def test_beacons_are_let_through_and_no_answer_to_slots_is_kept(front):
    page = front.ask(STORY)[1].decode()
    signed = re.search(r'data-position="?([^" >]+)', page)[1]
    answers = [front.ask(f"/slots/?w=1280&s={signed}") for _ in range(12)]
    bodies = {body for _, body in answers}
    assert {answer.status for answer, _ in answers} == {200}
    assert len(bodies) == 12  # each with a token of its own
    assert answers[0][0].getheader("X-Cache-Front") is None
    statuses = {front.ask("/slots/seen/", "POST", Content_Length="0")[0].status for _ in range(25)}
    assert statuses == {400}  # by the publication: it says nothing
