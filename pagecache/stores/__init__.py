"""Where kept pages are: in the memory of a process, in files, in Redis."""
