#!/bin/bash
wc -l < notes.txt | tr -d " " > count.txt
