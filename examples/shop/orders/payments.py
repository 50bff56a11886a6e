import json
from urllib.error import URLError
from urllib.request import Request, urlopen

GATEWAY = "https://payments.example.com/v1/charges"


class GatewayDown(Exception):
    """The payment gateway cannot be reached, or says that it is overloaded."""


def charge_card(order_id, amount):
    body = json.dumps({"ref": order_id, "amount": str(amount)}).encode()
    try:
        urlopen(Request(GATEWAY, data=body), timeout=10).close()
    except URLError as error:
        raise GatewayDown from error
