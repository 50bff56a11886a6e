from celery import shared_task
from django.core.mail import send_mail

from .models import Order
from .payments import GatewayDown, charge_card


@shared_task(bind=True, max_retries=None, default_retry_delay=30)
def charge(self, order_id):
    """Takes the money; the gateway is down now and then, and an order must not be lost."""
    order = Order.objects.get(pk=order_id)
    try:
        charge_card(order.pk, order.total)
    except GatewayDown as error:
        raise self.retry(exc=error)
    Order.objects.filter(pk=order_id).update(paid=True)


@shared_task(
    bind=True,
    autoretry_for=(GatewayDown,),
    retry_backoff=True,
    retry_kwargs={"max_retries": 8},
)
def refund(self, order_id):
    """Gives the money back; gives up after eight attempts."""
    order = Order.objects.get(pk=order_id)
    charge_card(order.pk, -order.total)


@shared_task
def send_receipt(order):
    """Mails the receipt of an order that was just paid."""
    send_mail("Your receipt", f"You paid {order.total}", None, [order.customer.email])


@shared_task(ignore_result=True)
def send_confirmation(order_id):
    """Mails what was ordered."""
    order = Order.objects.select_related("customer").get(pk=order_id)
    send_mail("Your order", f"We received order {order.pk}", None, [order.customer.email])
