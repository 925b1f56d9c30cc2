{% if none %}a{% elif title is defined and 'Tid' in title %}b{% else %}c{% end %} {{ none or rows[0].id }}
