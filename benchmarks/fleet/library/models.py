"""The models that every company has in this benchmark."""

from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=100)
    born_on = models.DateField(null=True)


class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    title = models.CharField(max_length=200, db_index=True)
    pages = models.PositiveIntegerField(default=0)
    published_on = models.DateField(null=True)


class Reader(models.Model):
    email = models.EmailField(unique=True)
    favourites = models.ManyToManyField(Book)


class Loan(models.Model):
    book = models.ForeignKey(Book, on_delete=models.CASCADE)
    reader = models.ForeignKey(Reader, on_delete=models.CASCADE)
    lent_at = models.DateTimeField(auto_now_add=True)
    returned_at = models.DateTimeField(null=True)
