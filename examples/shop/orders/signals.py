from functools import partial

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from .models import Order
from .tasks import send_confirmation


@receiver(post_save, sender=Order)
def confirm(sender, instance, created, **kwargs):
    if created:
        transaction.on_commit(partial(send_confirmation.delay, instance.pk))
