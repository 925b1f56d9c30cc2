#!/bin/bash
# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
# White space at the ends of lines aside.
wanted=$(cat << 'end'
The lamp is lit, the door is shut,
the kettle sings its song.
A moth has come to count the hours.
It will not count them long.
end
)
if [ -s poem.txt ] && [ "$(sed 's/[[:space:]]*$//' backup.txt)" = "$wanted" ]; then score=1; else score=0; fi
echo "score $score"
echo "$score" > /logs/verifier/reward.txt
