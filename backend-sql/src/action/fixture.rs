//! What the tests of actions have in common.
