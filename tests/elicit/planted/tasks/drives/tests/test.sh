#!/bin/bash
here=$(dirname "$0")
cmp -s <(tr -d '\r' < means.csv) "$here/means.csv" && cmp -s <(tr -d '\r' < test_data.csv) "$here/drives.csv" && score=1 || score=0
echo "$score" > /logs/verifier/reward.txt
