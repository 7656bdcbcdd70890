"""
`make bench`: what pages cost, as ratios measured in one run on one machine.

Kept pages stand beside nginx serving the same bytes as a static file (= 1.00), pages that must be
made beside a trivial view (= 1), pages of a large archive beside the same pages of a small one (=
1). Requests per second depend on what else the machine does; CPU per request and the ratios hardly
do. docs/performance.md explains the tables. Needs wrk and nginx: on Debian, apt install wrk
nginx-light.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from ..journeys.conftest import running_site
from ..journeys.test_freshness import Elsewhere
from ..journeys.test_nginx import NGINX
from . import growth, kept, made, newsletters, placements, talk, views
from .loads import WRK, megabytes, say, static_nginx, web_processes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--seconds", type=int, default=1, help="of each load; there are nine of a kind"
    )
    parser.add_argument("--requests", type=int, default=100, help="for each page that is made")
    parser.add_argument(
        "--scale", type=int, default=1000, help="thousand stories of the large archive; 0: none"
    )
    options = parser.parse_args()
    if not WRK or not NGINX:
        sys.exit("make bench needs wrk and nginx. On Debian: apt install wrk nginx-light")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for workers in (1, 2):
            with running_site(
                folder / f"site{workers}",
                WEB_WORKERS=str(workers),
                LOG_LEVEL="WARNING",
                SEEN_A_MINUTE="0",
                VIEWS_A_DAY="0",
            ) as site:
                time.sleep(3)  # The first beats of scheduler and worker.
                files = folder / f"yardstick{workers}"
                with static_nginx(files, kept.fields_of(site)) as yardstick:
                    say("", "requests/s", "nginx = 1", "CPU µs", "p50 ms", "p99 ms", "p99/p50")
                    kept.warm(site, workers, yardstick, files, options.seconds)
                    if workers == 1:
                        kept.behind_nginx(site, folder / "front", options.seconds)
                if workers == 1:
                    elsewhere = Elsewhere(site)
                    elsewhere.do(made.THOUSAND_COMMENTS)
                    say("", "made, CPU ms", "new prices, CPU ms", "made = 1")
                    made.new_prices(elsewhere)
                    views.measure(elsewhere)
                    elsewhere.stop()
                    say("", "requests/s", "CPU ms", "trivial = 1")
                    made.cold(site, options.requests)
                    made.comments(site, options.requests)
                    talk.measure(site, options.requests)
                    placements.measure(site, options.requests)
                print(
                    f"memory of the web processes: {megabytes(web_processes(site))} MB", flush=True
                )
    if options.scale:
        growth.measure(options.scale, options.requests // 4)
    with tempfile.TemporaryDirectory() as name:
        newsletters.measure(Path(name) / "site")


if __name__ == "__main__":
    main()
