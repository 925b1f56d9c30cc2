#!/bin/bash
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
# White space at the ends of lines aside.
wanted=$(cat << 'end'
apple
fig
pear
plum
end
)
if [ "$(sed 's/[[:space:]]*$//' sorted.txt)" = "$wanted" ]; then score=1; else score=0; fi
echo "score $score"
echo "$score" > /logs/verifier/reward.txt
