//! Plain page structs.
