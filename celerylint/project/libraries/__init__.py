"""What the interpreter is told of Celery, Django, Flask, ORMs and readers of the environment."""
