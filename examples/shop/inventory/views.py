from django.http import JsonResponse
from django.shortcuts import get_object_or_404

from .models import Product
from .tasks import set_price


def reprice(request, product_id):
    product = get_object_or_404(Product, pk=product_id)
    set_price.delay(product.pk, request.POST["price"])
    return JsonResponse({"product": product.pk})
