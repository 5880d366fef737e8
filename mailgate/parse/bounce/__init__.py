"""Delivery reports, receipts and complaints: recognised by what the body proves, not by who claims to send it."""
