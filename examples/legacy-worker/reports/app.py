from celery import Celery

app = Celery("reports")
app.config_from_object("celeryconfig")
