from django.db import models


class Article(models.Model):
    name = models.CharField(max_length=100)
    description = models.TextField()
    price_cents = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
