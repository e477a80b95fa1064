"""Pods without a daemon: prepared, run, kept account of and removed, with rkt's folders, locks, commands and words.

May import: images, system.
"""
