"""Failures of jobs, as whoever runs them must tell them apart."""


class PermanentFailure(Exception):
    """Trying again cannot help: a mailbox that is not there, a file that is gone."""
