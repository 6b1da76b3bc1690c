"""The whole service while things go wrong: what people do, what goes out, what replicas die of."""
