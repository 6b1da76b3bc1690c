"""Messages as each platform wants them: plain JSON values, built against our own limits."""
