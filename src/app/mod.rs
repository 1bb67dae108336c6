//! The hall: each errand is one straight function, edge, core, edge.
