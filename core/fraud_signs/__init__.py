"""What the usual swindles of this trade look like, for whoever judges words: readers’ comments and paid copy."""
