//! The front: draws plain structs and asks the hall.
