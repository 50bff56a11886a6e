from django.db import transaction
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from .models import Order
from .tasks import charge, send_receipt


@require_POST
def checkout(request):
    with transaction.atomic():
        order = Order.objects.create(customer=request.user, total=request.POST["total"])
        transaction.on_commit(lambda: charge.delay(order.pk))
    return JsonResponse({"order": order.pk})


@require_POST
def resend_receipt(request, order_id):
    order = get_object_or_404(Order, pk=order_id, customer=request.user, paid=True)
    send_receipt.delay(order)
    return JsonResponse({"sent": True})
