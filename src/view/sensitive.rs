//! Suggestions of what may be sensitive. A small list; it will miss some, and is never called protection.

use serde::{Deserialize, Serialize};

/// The sets that start closed on every share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Set {
    AssistedConception,
    SexualInfectionAndHiv,
    Termination,
    GenderIdentity,
    MentalHealth,
    SexualHealth,
    Abuse,
    SubstanceUse,
}
