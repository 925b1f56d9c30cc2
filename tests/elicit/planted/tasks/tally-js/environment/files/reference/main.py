"""Counts the first words of lines: NAME COUNT LONGEST, most first, then by name."""

import sys

counts = {}
for line in sys.stdin:
    words = line.split()
    if not words or words[0].startswith("#"):
        continue
    name = words[0].lower()
    count, longest = counts.get(name, (0, 0))
    counts[name] = (count + 1, max(longest, len(words) - 1))
for name, (count, longest) in sorted(counts.items(), key=lambda item: (-item[1][0], item[0])):
    print(f"{name} {count} {longest}")
print(f"total {sum(count for count, _ in counts.values())}")
