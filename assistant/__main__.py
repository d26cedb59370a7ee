"""`python -m assistant` is `stifinner`."""

from assistant.cli import main

main()
