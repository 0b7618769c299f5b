"""Tables to tables: units, frequency, the course of an interview."""
