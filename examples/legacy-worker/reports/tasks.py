from .app import app
from .documents import write_invoice, write_yearly_report


@app.task(soft_time_limit=20, time_limit=30)
def invoice(order_id):
    """A customer waits for this one: it takes a tenth of a second."""
    write_invoice(order_id)


@app.task
def yearly_report(year):
    """Takes an hour or so."""
    write_yearly_report(year)
