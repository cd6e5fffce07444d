"""Facts per second and their latency, beside raw kafka-python moving the same bytes in the same run."""
