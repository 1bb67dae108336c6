//! What names nothing by itself.

/// Codes that mark an entry as degraded in a GP2GP transfer (SNOMED CT UK). They say nothing of the subject.
pub const DEGRADED: [&str; 7] = [
    "196461000000101",
    "196471000000108",
    "196421000000109",
    "196411000000103",
    "196451000000104",
    "196431000000106",
    "196441000000102",
];

/// Concepts too general to be a subject (SNOMED CT).
pub(super) const GENERIC_CODES: [&str; 21] = [
    "106190000",      // Allergy
    "416098002",      // Allergy to drug
    "414285001",      // Allergy to food
    "419199007",      // Allergy to substance
    "420134006",      // Propensity to adverse reaction
    "418634005",      // Propensity to adverse reaction to substance (historical)
    "418038007",      // Propensity to adverse reactions to substance
    "419511003",      // Propensity to adverse reactions to drug
    "418471000",      // Propensity to adverse reactions to food
    "59037007",       // Drug intolerance
    "235719002",      // Food intolerance
    "281647001",      // Adverse reaction
    "62014003",       // Adverse reaction to drug
    "261665006",      // Unknown
    "55607006",       // Problem
    "64572001",       // Disease
    "404684003",      // Clinical finding
    "71388002",       // Procedure
    "105590001",      // Substance
    "410942007",      // Drug or medicament
    "37331000000100", // Comment note
];

/// Words too general to be a subject, folded.
pub(super) const GENERIC_WORDS: [&str; 84] = [
    "unknown",
    "not known",
    "unk",
    "n/a",
    "na",
    "not applicable",
    "none",
    "nil",
    "null",
    "undefined",
    "other",
    "unspecified",
    "see notes",
    "see text",
    "free text",
    "text",
    "no information",
    "adverse reaction",
    "adverse reactions",
    "adverse drug reaction",
    "allergy",
    "allergies",
    "allergic reaction",
    "drug allergy",
    "food allergy",
    "non-drug allergy",
    "allergy to substance",
    "allergy to drug",
    "intolerance",
    "drug intolerance",
    "hypersensitivity",
    "propensity to adverse reaction",
    "propensity to adverse reactions",
    "medication",
    "medications",
    "medicine",
    "medicines",
    "drug",
    "drugs",
    "problem",
    "diagnosis",
    "condition",
    "disorder",
    "disease",
    "observation",
    "result",
    "results",
    "test",
    "procedure",
    "operation",
    "vaccination",
    "immunisation",
    "immunization",
    "encounter",
    "visit",
    "consultation",
    "comment",
    "comments",
    "comment note",
    "free text note",
    "adverse reaction nos",
    "adverse reaction to drug",
    "adverse reaction to drug nos",
    "adverse drug reaction nos",
    "allergic reaction to drug",
    "allergic disposition",
    "allergy nos",
    "allergy to food",
    "allergy, unspecified",
    "unspecified allergy",
    "drug allergy nos",
    "drug hypersensitivity",
    "drug hypersensitivity nos",
    "food intolerance",
    "h/o: allergy",
    "h/o: allergies",
    "h/o: drug allergy",
    "h/o: food allergy",
    "history of allergy",
    "history of drug allergy",
    "personal history of drug allergy",
    "propensity to adverse reactions to drug",
    "propensity to adverse reactions to food",
    "propensity to adverse reactions to substance",
];

/// No generic word is longer than this, in bytes.
pub(super) const LONGEST_GENERIC: usize = 48;
