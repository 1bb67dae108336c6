use serde::{Deserialize, Serialize};

/// A measured amount exactly as the source wrote it (FHIR R4 §2.24.0.9). Digits out are digits in: `85.000` stays so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Quantity {
    /// The number's own characters; empty if the source gave none.
    pub value: String,
    /// `<`, `<=`, `>=`, `>`, `ad`, or empty.
    pub comparator: String,
    /// The unit as the source wrote it for people; empty if none.
    pub unit: String,
    /// The unit's code system, mostly UCUM; empty if none.
    pub system: String,
    /// The unit's code; empty if none.
    pub code: String,
}

impl Quantity {
    /// The unit to show: the source's words, else its code.
    pub fn unit_label(&self) -> &str {
        if self.unit.is_empty() { &self.code } else { &self.unit }
    }
}
