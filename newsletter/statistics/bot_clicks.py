"""
Programs that open the links of a mail before, or instead of, its reader.

Mail gateways follow links to look for viruses, some with the user agent of a browser. Those that
name themselves, or come from the networks of data centres by their agents, are known at once; the
rest is found by what they open: a link that no person sees, or many links within seconds.
"""

import re
from collections.abc import Sequence
from datetime import timedelta

from advertising.measurement import invalid_traffic
from audience import robots
from audience.robots import LONGEST_AGENT, agent_reason
from newsletter.models import Click, Link

# As they call themselves: gateways, previews of messengers and office programs, clients of programs
# in data centres.
_NAMED = re.compile(
    r"barracuda|proofpoint|mimecast|messagelabs|fireeye|trendmicro|sophos|fortiguard|ironport|cisco|safelinks"
    r"|microsoft office|ms-office|msoffice|outlook-|googleimageproxy|yahoomailproxy|bitlybot|slackbot|telegrambot"
    r"|whatsapp|facebookexternalhit|skypeuripreview|headlesschrome|phantomjs|amazonbot|aws|python|curl|wget|okhttp"
    r"|go-http-client|java/|libwww|axios|node-fetch|undici|apache-httpclient",
    re.IGNORECASE,
)
BURST = timedelta(seconds=10)
FEWEST_IN_BURST = 4  # different links: a person opens one or two, and reads


def reason_at_once(method: str, agent: str, is_prefetch: bool) -> str:
    """Return why a request is no person’s, as far as it shows by itself; nothing where it may be
    one.
    """
    if method == "HEAD":
        return robots.ROBOT
    if is_prefetch:
        return robots.PREFETCH
    if _NAMED.search(agent[:LONGEST_AGENT]):
        return invalid_traffic.SCANNER
    return agent_reason(agent)


def reasons_together(clicks: Sequence[Click]) -> dict[int, str]:
    """Of all clicks in one mail, by their numbers: what each is once it is seen with the others.

    Whatever the sender of a trapped click opened was opened by a machine, and so was a burst: a
    mail has one reader, so from however many networks it came. The sender of a whole burst opened
    the rest as well.
    """
    trapped = {click.sender for click in clicks if click.link.kind == Link.Kind.TRAP}
    bursting = {
        click.sender
        for click in clicks
        if _burst([each for each in clicks if each.sender == click.sender])
    }
    together = _burst(clicks)
    found = {}
    for click in clicks:
        if click.sender in trapped:
            found[click.pk] = invalid_traffic.TRAP
        elif click.sender in bursting or click.pk in together:
            found[click.pk] = invalid_traffic.SCANNER
        else:
            found[click.pk] = click.reason
    return found


def _burst(clicks: Sequence[Click]) -> set[int]:
    """The numbers of those that came so close together, to so many links, as no person opens
    them.
    """
    found: set[int] = set()
    for first in clicks:
        close = [click for click in clicks if first.at <= click.at <= first.at + BURST]
        if len({click.link_id for click in close}) >= FEWEST_IN_BURST:
            found |= {click.pk for click in close}
    return found
