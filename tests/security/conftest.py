"""Attacks on the web are tried on the same site as everything else there."""

from tests.web.conftest import agent, base, browser, engine, password, settings, site, undo_seconds

__all__ = ["agent", "base", "browser", "engine", "password", "settings", "site", "undo_seconds"]
