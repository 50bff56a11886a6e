from pathlib import Path

ARCHIVE = Path("/srv/reports")


def write_invoice(order_id):
    ARCHIVE.joinpath(f"invoice-{order_id}.txt").write_text(f"Invoice {order_id}\n")


def write_yearly_report(year):
    with ARCHIVE.joinpath(f"{year}.csv").open("w") as report:
        for day in range(365):
            report.write(f"{year},{day}\n")
