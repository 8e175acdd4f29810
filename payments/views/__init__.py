"""Pages about money and post, and what gateways and carriers send."""
