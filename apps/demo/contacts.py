"""The contacts of the two demonstration companies."""

from apps.accounts.models import User
from apps.contacts.models import Contact, Note, Organisation, PhoneNumber

# Organisation, city, and its people: first name, last name, job title, mobile number, a note.
_ACME = (
    ("Northwind Traders", "Bergen", (
        ("Nora", "Nilsen", "Head of purchasing", "+47 55 55 01 10", "Prefers a call before ten."),
        ("Nils", "Nygaard", "Warehouse manager", "+47 55 55 01 11", ""),
    )),
    ("Contoso", "Dublin", (
        ("Ciara", "Connolly", "Operations director", "+353 1 555 0120", "Renewal is due in March."),
        ("Conor", "Casey", "Buyer", "+353 1 555 0121", ""),
    )),
    ("Fabrikam", "Lyon", (
        ("Fleur", "Fournier", "Founder", "+33 4 55 55 01 30", "Met at the fair; wants a trial."),
    )),
)  # fmt: skip
_GLOBEX = (
    ("Initech", "Austin", (
        ("Ines", "Ibarra", "Project lead", "+1 512 555 0140", "Asked for the security paper."),
        ("Ivan", "Isaksen", "Engineer", "+1 512 555 0141", ""),
    )),
    ("Umbrella Foods", "Utrecht", (
        ("Ursula", "van Uden", "Chief buyer", "+31 30 555 0150", ""),
    )),
)  # fmt: skip
_CONTACTS = {"acme": _ACME, "globex": _GLOBEX}


def create_demo_contacts(subdomain: str, author: User) -> None:
    """Give the current company its demonstration contacts, as if `author` had entered them."""
    for name, city, people in _CONTACTS[subdomain]:
        domain = f"{name.split()[0].lower()}.example"
        organisation = Organisation.objects.create(name=name, city=city, website=f"https://{domain}")
        for first_name, last_name, job_title, number, note in people:
            contact = Contact.objects.create(
                first_name=first_name,
                last_name=last_name,
                email=f"{first_name.lower()}@{domain}",
                job_title=job_title,
                organisation=organisation,
                created_by=author,
            )
            PhoneNumber.objects.create(contact=contact, number=number)
            if note:
                Note.objects.create(contact=contact, author=author, body=note)
