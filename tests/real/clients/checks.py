"""What the scripts of clients share: checks, run one after the other."""

import sys
import traceback

CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def main():
    """Runs every check, prints one line each, and ends with 1 if one failed."""
    failed = 0
    for function in CHECKS:
        try:
            function()
            print(f"ok {function.__name__}")
        except Exception:
            failed += 1
            print(f"FAILED {function.__name__}")
            traceback.print_exc(file=sys.stdout)
    sys.exit(1 if failed else 0)
