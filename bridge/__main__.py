"""``python -m bridge`` is ``mixbridge``."""

from bridge.cli import main

if __name__ == "__main__":
    main()
