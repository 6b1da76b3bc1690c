"""Facts by HTTP, with the real server, the real store and honest and hostile clients."""
