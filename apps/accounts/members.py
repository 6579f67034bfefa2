"""Make members of the current company."""

from allauth.account.models import EmailAddress

from apps.accounts.models import User


def create_owner(*, full_name: str, email: str, password_hash: str) -> User:
    """Create the company's first member. The password comes hashed, which takes longer than all the rest."""
    owner = User(email=email.strip().lower(), full_name=full_name, is_owner=True, password=password_hash)
    owner.save()
    EmailAddress.objects.create(user=owner, email=owner.email, primary=True, verified=False)
    return owner


def create_verified_member(*, full_name: str, email: str, password: str, is_owner: bool = False) -> User:
    """Create a member whose address needs no proof, as for demonstrations and tests."""
    member = User.objects.create_user(email, password, full_name=full_name, is_owner=is_owner)
    EmailAddress.objects.create(user=member, email=member.email, primary=True, verified=True)
    return member
