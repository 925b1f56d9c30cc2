# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
import sys

year = int(sys.argv[1])
print('yes' if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 'no')
