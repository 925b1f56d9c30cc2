
{{ rows[0].gone }}
