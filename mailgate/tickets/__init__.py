"""The verbs on tickets: each changes a ticket and records one event, in the transaction it is given."""
