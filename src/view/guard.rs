//! The wrong-person guard on the screen: both sides, fact by fact.

use serde::{Deserialize, Serialize};

use super::people::Header;

/// A file and a person side by side, and what has to be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardPage {
    /// What the guard found.
    pub finding: Finding,
    /// Whom the file is about; several if it holds several.
    pub file: Vec<Header>,
    /// Whose record is open.
    pub person: Option<Header>,
    /// Fact by fact.
    pub facts: Vec<Fact>,
}

/// What the guard found. Only `Match` goes on without a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Finding {
    /// Every fact that both sides give agrees, and enough facts are given.
    Match,
    /// The record is new: is this the right person?
    FirstFile,
    /// Something differs: stop.
    Differs,
    /// Too little is given on one side to tell.
    TooLittle,
    /// The file names nobody.
    NoPerson,
    /// The file holds several people.
    SeveralPeople,
}

/// One fact compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Which fact.
    pub name: FactName,
    /// As the file says; empty if it does not.
    pub file: String,
    /// As the record says; empty if it does not.
    pub person: String,
    /// How they compare.
    pub compared: Compared,
}

/// The facts that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum FactName {
    NhsNumber,
    BirthDate,
    FamilyName,
    GivenName,
    Sex,
}

/// How one fact compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Compared {
    /// The same.
    Same,
    /// Different.
    Differs,
    /// One side or both do not say, or what they say can't be used (an NHS number that fails its check).
    NotSaid,
}
