//! What a person types by hand: it becomes a small FHIR resource and goes through the same door as a file.
