"""Files in and out: readers by format, writers by format, and what is in a file."""
