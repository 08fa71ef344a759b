"""``python -m openiads`` is the command ``openiads``."""

from openiads.faces.cli import start

if __name__ == "__main__":
    start()
