"""What every answer carries, and what no request may do: headers, caching, hostile input, a lost database."""
