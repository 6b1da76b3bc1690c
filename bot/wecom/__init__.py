"""WeCom: what its callbacks and connections say, who said it, and how it is answered."""
