"""Tests of the whole way: files or apps in, findings out."""
