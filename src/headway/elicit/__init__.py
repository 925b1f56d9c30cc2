"""Runs of models in setups on tasks: gateway, sandbox, harnesses, records (extra ``elicit``)."""
