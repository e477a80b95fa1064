"""The type system (Pcore): types as values, inference, assignability, conversions, messages of mismatch."""
