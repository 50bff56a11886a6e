"""Real Celery judges the model: `celerylint project` against a live application.

`live.py` starts `live_server.py` in a subprocess (any interpreter with Celery in it),
`compare.py` lays the two descriptions of one project side by side, `forms_*.py` hold the fixed
projects and `strategies.py` composes more.
"""
