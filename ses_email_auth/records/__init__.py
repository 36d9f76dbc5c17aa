"""What the RFCs say about each record: one standard, one module, one value object. Pure."""
