"""The citizen's pages: filing, look-up, one's own submissions and their files."""
