"""What a reader sees: sentences, tables, charts and the files they are kept in."""
