a  {{- ' b ' -}}  c
{#- gone -#}
 d
{%- set x = '%}' %}
{{ x }}
