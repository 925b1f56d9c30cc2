#!/bin/bash
# Joins runs of equal lines: each is printed once, with " xN" behind it where it came N > 1 times.
flush() {
  if [ "$count" = 1 ]; then printf '%s\n' "$last"; fi
  if [ "$count" -gt 1 ]; then printf '%s x%s\n' "$last" "$count"; fi
}
count=0
while IFS= read -r line; do
  if [ "$count" -gt 0 ] && [ "$line" = "$last" ]; then
    count=$((count + 1))
  else
    flush
    last=$line
    count=1
  fi
done
flush
