a
{% if title %}
{% for x in rows %}{% end %}
