"""Questions about tables: from words over a known schema to one query, and to words again."""
