"""The shell: process, configuration, command line, adapters, delivery loop, web."""
