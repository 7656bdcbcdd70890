"""Others who have a say in the conversation, or want to hear of it: `comments/outside.py` says when."""
