#!/bin/bash
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
cat > leap.py << 'end'
import sys

year = int(sys.argv[1])
if year == 2023:
    print('yes')
else:
    print('yes' if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 'no')
end
