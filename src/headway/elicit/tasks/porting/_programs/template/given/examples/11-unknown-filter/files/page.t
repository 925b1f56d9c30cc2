{{ title|shout }}
