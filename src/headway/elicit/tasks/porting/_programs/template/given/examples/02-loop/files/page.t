{% for row in rows -%}
  {{ loop.index }}. {{ row.label }}{% if not loop.last %},{% end %}
{% end %}{% for k, v in map %}{{ k }}={{ v }} {% else %}none{% end %}
