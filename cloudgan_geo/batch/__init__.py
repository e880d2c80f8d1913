"""Many scenes: listing, sharding and resuming them, engines that run them, and their records."""
