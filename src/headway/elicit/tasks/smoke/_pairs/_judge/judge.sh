# headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
# The score is 1 where the given check holds, as it was given, and further cases hold, too.
here=$(dirname "$0")
rm -f reference.sh
score=0
if bash "$here/check.sh" && bash "$here/hidden.sh"; then score=1; fi
echo "score $score"
echo "$score" > /logs/verifier/reward.txt
