"""What hostile models, articles and servers can do, and that it is not shown."""
