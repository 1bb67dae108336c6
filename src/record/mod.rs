//! The record model and the merge.
