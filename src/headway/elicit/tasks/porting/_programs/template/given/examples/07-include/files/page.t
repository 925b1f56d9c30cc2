{% set x = 1 %}{% include 'row.t' %}{{ x }}
