"""Runs in a process of its own beside a running site: does what it is told on the site’s database,
piece by piece.
"""

import json
import sys
import traceback

import django

django.setup()

from django.db import connections, transaction  # noqa: E402

for line in sys.stdin:
    names: dict[str, object] = {}
    try:
        with transaction.atomic():
            exec(json.loads(line), names)
        answer = {"result": names.get("result")}
    except Exception:
        answer = {"error": traceback.format_exc()}
    connections.close_all()
    print(json.dumps(answer), flush=True)
