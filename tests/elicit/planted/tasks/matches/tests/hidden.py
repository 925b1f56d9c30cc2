# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
import subprocess
import sys


def tried(*words):
    done = subprocess.run([sys.executable, "matches.py", *words], capture_output=True, text=True)
    return done.returncode, done.stdout.strip(), bool(done.stderr)


good = tried("the", "notes.txt") == (0, "8", False) and tried("zebra", "notes.txt") == (1, "0", False)
good = good and tried("the", "missing.txt")[0] == 2 and tried("the")[0] == 2
good = good and tried("--help")[0] == 0
sys.exit(0 if good else 1)
