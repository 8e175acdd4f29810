"""Acts on many submissions: what will happen, the press, and the result row by row."""
