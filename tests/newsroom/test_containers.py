"""Containers: what they run is there, and each says how it is. They are built and started by the hosted CI."""

import re
from pathlib import Path

import yaml
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]


def test_every_container_runs_a_command_that_is_there_and_says_how_it_is():
    compose = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))
    for name, service in compose["services"].items():
        runs_once = service.get("restart") == "no"
        assert runs_once or service.get("healthcheck") or name == "web", name
        for command in (service.get("command", []), service.get("healthcheck", {}).get("test", [])):
            words = " ".join(command).split()
            used = [words[at + 1] for at, word in enumerate(words[:-1]) if word == "manage.py"]
            assert set(used) <= set(get_commands()), name
        for other, wanted in service.get("depends_on", {}).items():
            assert other in compose["services"]
            if wanted["condition"] == "service_healthy" and other != "web":
                assert compose["services"][other]["healthcheck"]["test"]
    dockerfile = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
    assert "HEALTHCHECK" in dockerfile  # of web, by which nginx waits for it
    assert re.search(r"^USER (?!root)", dockerfile, re.MULTILINE)
    assert "gcc" not in dockerfile
