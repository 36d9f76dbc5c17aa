"""The records of e-mail authentication as value objects, one module for one standard. Pure."""
