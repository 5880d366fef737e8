"""What browsers talk to: pages for people, the API for programs."""
