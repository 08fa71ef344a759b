"""``python -m openiads`` is the command ``openiads``."""

from openiads.faces.cli.main import main

if __name__ == "__main__":
    main()
