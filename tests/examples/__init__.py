"""The examples are what people copy, so they are held to all that we say to others."""
