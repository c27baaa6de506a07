"""What the process that hands are forked from has read before it forks the first: Django, then everything else."""

import importlib

import django

django.setup()
importlib.import_module("tests.faults.deeds")
