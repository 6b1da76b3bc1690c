"""What the clock starts. Every job may run any number of times, on any number of replicas."""
