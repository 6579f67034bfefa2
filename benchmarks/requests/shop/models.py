from django.db import models


class Category(models.Model):
    name = models.CharField(max_length=100)


class Article(models.Model):
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="articles")
    name = models.CharField(max_length=100)
    description = models.TextField()
    price_cents = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)


class Review(models.Model):
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="reviews")
    stars = models.PositiveSmallIntegerField()
    text = models.TextField()
