"""What the templates of the whole portal may ask about money and post."""
