"""Pods without a daemon: prepared, run, kept account of and removed, with rkt's folders, locks, commands and words.

`pods` is the folder of pods and their states; `request` what is asked for, `prepare` makes a pod of it; `run` runs
one, by a flavour: `fly` or `container`; `network` connects it; `stop` and `gc` end and remove pods.

A pod's process is its supervisor: it holds the pod's lock, so a pod runs for as long as the lock is held, whatever
becomes of the process. All mounts are the supervisor's own and go with it.
May import: images, system.
"""
