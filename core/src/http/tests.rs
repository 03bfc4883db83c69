//! Whole requests and answers.
