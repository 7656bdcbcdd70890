"""What a job says of itself to whoever runs it."""


class PermanentFailure(Exception):
    """Trying again cannot help: a mailbox that is not there, a file that is gone."""
