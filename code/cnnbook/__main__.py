"""``python -m cnnbook``."""

from cnnbook.cli import program

if __name__ == "__main__":
    program()
