#!/bin/bash
awk -F , '$1 == "Noor" { print $2 }' people.csv > city.txt
