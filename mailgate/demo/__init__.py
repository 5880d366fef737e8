"""The demo: a sample office, customers who write to it, and a post office that lets no letter out."""

from mailgate.demo.office import prepare
from mailgate.demo.ways_in import WaysIn, ways_in

__all__ = ["WaysIn", "prepare", "ways_in"]
