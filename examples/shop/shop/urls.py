from django.urls import path

from inventory.views import reprice
from orders.views import checkout, resend_receipt

urlpatterns = [
    path("checkout/", checkout),
    path("orders/<int:order_id>/receipt/", resend_receipt),
    path("products/<int:product_id>/reprice/", reprice),
]
