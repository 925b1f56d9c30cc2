[{{ title|truncate(5) }}] [{{ 'a,b,,c'|split(',')|json }}] [{{ 7|lpad(4) }}] [{{ gone.x|default('-') }}] [{{ 'é日本'|slice(-2, 9) }}]
