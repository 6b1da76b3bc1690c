"""Whether this machine's clock can be believed, by what other clocks say."""
