#!/bin/bash
echo harbour > answer.txt
