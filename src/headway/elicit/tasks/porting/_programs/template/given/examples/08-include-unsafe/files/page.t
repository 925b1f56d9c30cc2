one
{% include '../secret' %}
