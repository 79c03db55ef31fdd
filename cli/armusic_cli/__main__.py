"""Run the command line as `python -m armusic_cli`, as torchrun does."""

from armusic_cli.main import main

if __name__ == "__main__":
    main()
