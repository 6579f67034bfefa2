"""Commands over ZeroMQ as they are first thought of: PUSH the command, PULL and run it. For comparison only.

python -m tests.faults.commands.old_way work ADDRESS
python -m tests.faults.commands.old_way send ADDRESS CODE
"""

import sys

import django
import zmq
from django.core.mail import mail_admins
from django.core.management import call_command


def send_command(address, command, /, *args, **options):
    context = zmq.Context()
    socket = context.socket(zmq.PUSH)
    try:
        socket.bind(address)
    except zmq.ZMQError:
        context.destroy()  # so that the test leaves nothing
        raise
    socket.send_json({"command": command, "args": args, "options": options})
    socket.close()
    context.term()


def work(address):
    socket = zmq.Context().socket(zmq.PULL)
    socket.connect(address)
    print("ready", flush=True)
    while True:
        message = socket.recv_json()
        try:
            call_command(message["command"], *message["args"], **message["options"])
        except Exception as error:
            mail_admins("A command has failed", str(error))


if __name__ == "__main__":
    django.setup()
    verb, address, *code = sys.argv[1:]
    if verb == "work":
        work(address)
    else:
        send_command(address, "shell", command=code[0], no_imports=True, verbosity=0)
