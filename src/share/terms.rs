//! The words of a consent: why, what, by whom, and how far it may go.

use ciborium::Value;

use super::{ShareError, cbor};
use crate::record::Section;

/// Why something is asked for or shared (HL7 v3 PurposeOfUse).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// `TREAT`: treatment.
    #[default]
    Treatment,
    /// `ETREAT`: emergency treatment.
    Emergency,
    /// `CAREMGT`: care management.
    CareManagement,
    /// `FAMRQT`: asked by the family.
    Family,
    /// `PATRQT`: at the patient's own wish.
    Patient,
    /// `HRESCH`: research.
    Research,
    /// Another code of the value set, as given.
    Other(String),
}

impl Purpose {
    /// The code of the value set.
    pub fn code(&self) -> &str {
        match self {
            Purpose::Treatment => "TREAT",
            Purpose::Emergency => "ETREAT",
            Purpose::CareManagement => "CAREMGT",
            Purpose::Family => "FAMRQT",
            Purpose::Patient => "PATRQT",
            Purpose::Research => "HRESCH",
            Purpose::Other(code) => code,
        }
    }

    /// The purpose of that code; an empty one is treatment.
    pub fn of(code: &str) -> Purpose {
        match code {
            "" | "TREAT" => Purpose::Treatment,
            "ETREAT" => Purpose::Emergency,
            "CAREMGT" => Purpose::CareManagement,
            "FAMRQT" => Purpose::Family,
            "PATRQT" => Purpose::Patient,
            "HRESCH" => Purpose::Research,
            other => Purpose::Other(other.to_owned()),
        }
    }
}

/// What the reader may do with what was shared. It binds honest readers only, and the screen says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uses {
    /// Look at it.
    pub view: bool,
    /// Keep a copy.
    pub keep: bool,
    /// Take it over into a record of their own.
    pub import: bool,
    /// Pass it on.
    pub redisclose: bool,
}

impl Default for Uses {
    fn default() -> Self {
        Uses { view: true, keep: false, import: false, redisclose: false }
    }
}

impl Uses {
    pub(super) fn bits(self) -> u8 {
        u8::from(self.view) | u8::from(self.keep) << 1 | u8::from(self.import) << 2 | u8::from(self.redisclose) << 3
    }

    pub(super) fn of(bits: i64) -> Uses {
        let bit = |n: u32| bits & 1 << n != 0;
        Uses { view: bit(0), keep: bit(1), import: bit(2), redisclose: bit(3) }
    }
}

/// How much of a section is in a share. Stands inside the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Completeness {
    /// All that the patient's copy holds: so many items of so many. Said only where true.
    Full {
        /// Items of the section in the patient's copy, every one of them shared.
        held: u32,
    },
    /// What the patient chose. Says nothing of what was left out, or whether anything was.
    Selected,
    /// Nothing of this section. Says nothing of whether anything is held.
    NotShared,
    /// Asked for and declined; only where the patient wishes it said.
    Declined,
    /// Asked for, and this copy holds nothing; only where the patient wishes it said.
    NothingHeld,
}

/// A section and how much of it is in a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The section.
    pub section: Section,
    /// How much of it.
    pub completeness: Completeness,
}

impl Part {
    pub(super) fn value(self) -> Value {
        let loinc = Value::from(self.section.loinc());
        let label = match self.completeness {
            Completeness::Full { .. } => 1,
            Completeness::Selected => 2,
            Completeness::NotShared => 3,
            Completeness::Declined => 4,
            Completeness::NothingHeld => 5,
        };
        let mut out = vec![loinc, Value::from(label)];
        if let Completeness::Full { held } = self.completeness {
            out.push(Value::from(held));
        }
        Value::Array(out)
    }

    pub(super) fn read(value: Value) -> Result<Part, ShareError> {
        let parts = value.into_array().map_err(|_| ShareError::Malformed)?;
        let (section, label, held) = match parts.as_slice() {
            [s, l] => (s, l, None),
            [s, l, h] => (s, l, Some(u32::try_from(cbor::integer(h)?).map_err(|_| ShareError::Malformed)?)),
            _ => return Err(ShareError::Malformed),
        };
        let section = section.as_text().and_then(Section::of_loinc).ok_or(ShareError::Newer)?;
        let completeness = match (cbor::integer(label)?, held) {
            (1, Some(held)) => Completeness::Full { held },
            (2, None) => Completeness::Selected,
            (3, None) => Completeness::NotShared,
            (4, None) => Completeness::Declined,
            (5, None) => Completeness::NothingHeld,
            _ => return Err(ShareError::Newer),
        };
        Ok(Part { section, completeness })
    }
}

/// Who shares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sharer {
    /// The person whose record it is.
    #[default]
    Patient,
    /// Somebody who cares for them; every share of theirs says so.
    Carer {
        /// The carer's name.
        name: String,
        /// What they are to the person, in their own words: daughter, neighbour; empty if not said.
        relation: String,
        /// On what basis.
        basis: Basis,
    },
}

/// On what basis a carer acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Basis {
    /// The person's own consent.
    Consent,
    /// Parental responsibility.
    ParentalResponsibility,
    /// Health-and-welfare attorney.
    Attorney,
    /// Deputy of the Court of Protection.
    Deputy,
    /// Welfare attorney or guardian, in Scotland.
    WelfareAttorneyOrGuardian,
    /// The person's best interests.
    BestInterests,
}

impl Basis {
    /// All of them, in the order of their numbers in a token, from 1.
    pub const ALL: [Basis; 6] = [
        Basis::Consent,
        Basis::ParentalResponsibility,
        Basis::Attorney,
        Basis::Deputy,
        Basis::WelfareAttorneyOrGuardian,
        Basis::BestInterests,
    ];

    /// A stable name, for derived FHIR resources.
    pub fn slug(self) -> &'static str {
        match self {
            Basis::Consent => "consent",
            Basis::ParentalResponsibility => "parental-responsibility",
            Basis::Attorney => "attorney",
            Basis::Deputy => "deputy",
            Basis::WelfareAttorneyOrGuardian => "welfare-attorney-or-guardian",
            Basis::BestInterests => "best-interests",
        }
    }
}

impl Sharer {
    pub(super) fn value(&self) -> Option<Value> {
        let Sharer::Carer { name, relation, basis } = self else { return None };
        let number = Basis::ALL.iter().position(|b| b == basis).unwrap_or(0) + 1;
        Some(Value::Array(vec![Value::from(name.as_str()), Value::from(relation.as_str()), Value::from(number as u64)]))
    }

    pub(super) fn read(value: Option<Value>) -> Result<Sharer, ShareError> {
        let Some(value) = value else { return Ok(Sharer::Patient) };
        let parts = value.into_array().map_err(|_| ShareError::Malformed)?;
        let [name, relation, basis] = parts.as_slice() else { return Err(ShareError::Malformed) };
        let number = usize::try_from(cbor::integer(basis)?).map_err(|_| ShareError::Malformed)?;
        let text = |v: &Value| v.as_text().map(str::to_owned).ok_or(ShareError::Malformed);
        Ok(Sharer::Carer {
            name: text(name)?,
            relation: text(relation)?,
            basis: number.checked_sub(1).and_then(|n| Basis::ALL.get(n).copied()).ok_or(ShareError::Newer)?,
        })
    }
}
