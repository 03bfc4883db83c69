//! What the text of expressions says.
