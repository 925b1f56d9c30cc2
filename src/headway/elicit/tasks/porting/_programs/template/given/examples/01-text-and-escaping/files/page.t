{{ title }} / {{ title|raw }} / {{ rows }}
