//! The only form in which anything is stored.
