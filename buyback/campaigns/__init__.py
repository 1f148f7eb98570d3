"""Programmes with their versions and rules, events with their sessions and agreements."""
