//! Words for the values of the record: each value of an enum has its own, and a date is never read the wrong way round.

use super::{lede as ledes, terms};
use crate::app::link::{LinkError, Trouble};
use crate::app::wire::{Failure, Format, ImportError, Malformed};
use crate::record::{
    Bears, IssueCode, Kind, Known, Outcome, PartialDate, Polarity, Section, Severity, Sex, Standing, TimeOfDay, guard,
};
use crate::view::guard::FactName;
use crate::view::people::{Age, Header};
use crate::view::{Absent, Contradicted, Day, SourceLine, Trust};

/// The name of a section.
pub fn section(section: Section) -> &'static str {
    match section {
        Section::Allergies => terms::section_allergies(),
        Section::Medications => terms::section_medications(),
        Section::Problems => terms::section_problems(),
        Section::Immunizations => terms::section_immunizations(),
        Section::Results => terms::section_results(),
        Section::Procedures => terms::section_procedures(),
        Section::MedicalDevices => terms::section_medical_devices(),
        Section::VitalSigns => terms::section_vital_signs(),
        Section::PastIllness => terms::section_past_illness(),
        Section::FunctionalStatus => terms::section_functional_status(),
        Section::PlanOfCare => terms::section_plan_of_care(),
        Section::SocialHistory => terms::section_social_history(),
        Section::Pregnancy => terms::section_pregnancy(),
        Section::AdvanceDirectives => terms::section_advance_directives(),
        Section::Alerts => terms::section_alerts(),
        Section::PatientStory => terms::section_patient_story(),
        Section::Encounters => terms::section_encounters(),
        Section::Documents => terms::section_documents(),
        Section::FamilyHistory => terms::section_family_history(),
        Section::LegalInformation => terms::section_legal_information(),
        Section::AboutMe => terms::section_about_me(),
        Section::Notes => terms::section_notes(),
        Section::Findings => terms::section_findings(),
    }
}

/// What a section holds, in plain words. `own`: whoever reads it is whose record it is.
pub fn lede(section: Section, own: bool) -> &'static str {
    match section {
        Section::Allergies => {
            if own {
                ledes::allergies()
            } else {
                ledes::their_allergies()
            }
        }
        Section::Medications => {
            if own {
                ledes::medications()
            } else {
                ledes::their_medications()
            }
        }
        Section::Problems => {
            if own {
                ledes::problems()
            } else {
                ledes::their_problems()
            }
        }
        Section::Immunizations => {
            if own {
                ledes::immunizations()
            } else {
                ledes::their_immunizations()
            }
        }
        Section::Results => ledes::results(),
        Section::Procedures => {
            if own {
                ledes::procedures()
            } else {
                ledes::their_procedures()
            }
        }
        Section::MedicalDevices => {
            if own {
                ledes::medical_devices()
            } else {
                ledes::their_medical_devices()
            }
        }
        Section::VitalSigns => ledes::vital_signs(),
        Section::PastIllness => {
            if own {
                ledes::past_illness()
            } else {
                ledes::their_past_illness()
            }
        }
        Section::FunctionalStatus => {
            if own {
                ledes::functional_status()
            } else {
                ledes::their_functional_status()
            }
        }
        Section::PlanOfCare => ledes::plan_of_care(),
        Section::SocialHistory => {
            if own {
                ledes::social_history()
            } else {
                ledes::their_social_history()
            }
        }
        Section::Pregnancy => ledes::pregnancy(),
        Section::AdvanceDirectives => {
            if own {
                ledes::advance_directives()
            } else {
                ledes::their_advance_directives()
            }
        }
        Section::Alerts => {
            if own {
                ledes::alerts()
            } else {
                ledes::their_alerts()
            }
        }
        Section::PatientStory => {
            if own {
                ledes::patient_story()
            } else {
                ledes::their_patient_story()
            }
        }
        Section::Encounters => ledes::encounters(),
        Section::Documents => ledes::documents(),
        Section::FamilyHistory => {
            if own {
                ledes::family_history()
            } else {
                ledes::their_family_history()
            }
        }
        Section::LegalInformation => {
            if own {
                ledes::legal_information()
            } else {
                ledes::their_legal_information()
            }
        }
        Section::AboutMe => {
            if own {
                ledes::about_me()
            } else {
                ledes::their_about_me()
            }
        }
        Section::Notes => {
            if own {
                ledes::notes()
            } else {
                ledes::their_notes()
            }
        }
        Section::Findings => {
            if own {
                ledes::findings()
            } else {
                ledes::their_findings()
            }
        }
    }
}

/// What a statement says of its subject.
pub fn polarity(polarity: Polarity) -> &'static str {
    match polarity {
        Polarity::Positive => terms::polarity_positive(),
        Polarity::Negated => terms::polarity_negated(),
        Polarity::Refuted => terms::polarity_refuted(),
        Polarity::NotDone => terms::polarity_not_done(),
        Polarity::NotTaken => terms::polarity_not_taken(),
        Polarity::DoNotPerform => terms::polarity_do_not_perform(),
        Polarity::NoneKnown => terms::polarity_none_known(),
        Polarity::Unknown => terms::polarity_unknown(),
    }
}

/// What a status means for what it is the status of: a vaccine that is completed was given, a test that was stopped has
/// no result. `None` where there is nothing to say: a family's illness, and what a person says, have no status.
pub fn status(kind: &Kind, standing: Standing) -> Option<&'static str> {
    Some(match (kind, standing) {
        (Kind::Immunization | Kind::MedicationAdministration, Standing::Ended) => terms::status_given(),
        (Kind::MedicationDispense, Standing::Ended) => terms::status_handed_out(),
        (Kind::Procedure, Standing::Ended) => terms::status_done(),
        (Kind::Observation | Kind::DiagnosticReport, Standing::Stopped) => terms::status_no_result(),
        // A finding that is completed is a finding.
        (Kind::Observation | Kind::DiagnosticReport | Kind::FamilyMemberHistory, Standing::Ended) => return None,
        (Kind::Other(name), Standing::Ended) if name == "Communication" => return None,
        (_, standing) => self::standing(standing),
    })
}

/// The source's own word for a status, where it says more than ours: "active" beside *Current* does not.
pub fn own_status(standing: Standing, own: &str) -> Option<&str> {
    let plain: String = own.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let same: &[&str] = match standing {
        Standing::Active => &["active", "current", "inprogress"],
        Standing::Ended => &["completed", "complete", "ended", "finished"],
        Standing::Stopped => &["stopped"],
        Standing::OnHold => &["onhold"],
        Standing::Planned => &["planned"],
        Standing::Final => &["final"],
        Standing::Preliminary => &["preliminary"],
        Standing::Amended => &["corrected"],
        Standing::EnteredInError => &["enteredinerror"],
        Standing::Unknown => &["unknown"],
    };
    Some(own.trim()).filter(|own| !own.is_empty() && !same.contains(&plain.as_str()))
}

/// A status with the source's own word in brackets, where that says more.
pub fn status_in_full(kind: &Kind, standing: Standing, own: &str) -> Option<String> {
    let said = status(kind, standing)?;
    Some(match own_status(standing, own) {
        Some(own) => format!("{said} ({own})"),
        None => said.to_owned(),
    })
}

/// What a statement says of its subject, in the words of its kind: a vaccine is given, not done.
pub fn polarity_of(kind: &Kind, polarity: Polarity) -> &'static str {
    match (kind, polarity) {
        (Kind::Immunization | Kind::MedicationAdministration, Polarity::NotDone) => terms::polarity_not_given(),
        (_, polarity) => self::polarity(polarity),
    }
}

/// What a status means.
pub fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => terms::standing_active(),
        Standing::Ended => terms::standing_ended(),
        Standing::Stopped => terms::standing_stopped(),
        Standing::OnHold => terms::standing_on_hold(),
        Standing::Planned => terms::standing_planned(),
        Standing::Final => terms::standing_final(),
        Standing::Preliminary => terms::standing_preliminary(),
        Standing::Amended => terms::standing_amended(),
        Standing::EnteredInError => terms::standing_entered_in_error(),
        Standing::Unknown => terms::standing_unknown(),
    }
}

/// What a source says about having nothing.
pub fn absent(absent: Absent) -> &'static str {
    match absent {
        Absent::NotInSource => terms::nothing_absent(),
        Absent::NoneKnown => terms::nothing_none_known(),
        Absent::Unavailable => terms::nothing_unavailable(),
        Absent::NotAsked => terms::nothing_not_asked(),
        Absent::Withheld => terms::nothing_withheld(),
        Absent::NotUnderstood => terms::nothing_not_understood(),
        Absent::EmptySection => terms::nothing_empty_section(),
        Absent::NarrativeOnly => terms::nothing_narrative_only(),
        Absent::NotRead => terms::nothing_not_read(),
        Absent::Warned => terms::nothing_warned(),
    }
}

/// Whether a statement of none is contradicted, in words; `None` if it is not.
pub fn contradicted(by: Contradicted) -> Option<&'static str> {
    match by {
        Contradicted::No => None,
        Contradicted::ByItself => Some(super::above::contradicted_itself()),
        Contradicted::ByAnother => Some(super::above::contradicted()),
    }
}

/// The same, for a reader who has no original to look at.
pub fn absent_there(absent: Absent) -> &'static str {
    match absent {
        Absent::NotUnderstood => terms::nothing_not_understood_there(),
        Absent::NarrativeOnly => terms::nothing_narrative_only_there(),
        other => self::absent(other),
    }
}

/// The source as named; a hand-typed one, and one that gives no name, in words.
pub fn named(source: &SourceLine) -> String {
    match (source.trust, source.name.is_empty()) {
        (Trust::Typed, _) => trust_short(Trust::Typed).to_owned(),
        (_, true) => terms::source_unnamed().to_owned(),
        (_, false) => source.name.clone(),
    }
}

/// How a file names its person, where that is not how the record does; `None` if it does not differ.
pub fn bears(bears: &Bears) -> Option<String> {
    let facts = match bears {
        Bears::Same => return None,
        Bears::Nobody => return Some(terms::bears_nobody().to_owned()),
        Bears::Other(facts) => facts,
    };
    let said: Vec<String> = facts
        .iter()
        .map(|(name, said)| {
            let (name, known) = match name {
                guard::Fact::NhsNumber => (FactName::NhsNumber, None),
                guard::Fact::BirthDate => (FactName::BirthDate, PartialDate::fhir(said).known),
                guard::Fact::FamilyName => (FactName::FamilyName, None),
                guard::Fact::GivenName => (FactName::GivenName, None),
                guard::Fact::Sex => (FactName::Sex, None),
            };
            format!("{}: {}", fact(name), known.map_or_else(|| said.clone(), known_day))
        })
        .collect();
    Some(terms::bears_other(&said.join(", ")))
}

/// Whom an entry is about that is not about the patient, as its source refers to them; empty if it does not say.
pub fn about(who: &str) -> String {
    if who.is_empty() { super::line::about_unnamed().to_owned() } else { super::line::about(who) }
}

/// A source's name in a list of names, where an empty one is the person's own hand.
pub fn named_or_typed(name: &str) -> &str {
    if name.is_empty() { trust_short(Trust::Typed) } else { name }
}

/// Who typed it: to whose record it is, *you*; to anybody else, the patient or a carer.
pub fn own_hand(own: bool) -> &'static str {
    if own { super::common::own_hand() } else { super::common::their_hand() }
}

/// The lists beside which pieces are told that may belong anywhere: those where a missing line hurts most.
pub fn is_weighty(section: Section) -> bool {
    matches!(section, Section::Allergies | Section::Medications | Section::Problems)
}

/// How far an item can be trusted, as a sentence.
pub fn trust(trust: Trust) -> &'static str {
    match trust {
        Trust::SignedTrusted => terms::trust_signed_trusted(),
        Trust::SignedUnknown => terms::trust_signed_unknown(),
        Trust::NotChecked => terms::trust_not_checked(),
        Trust::SignatureWrong => terms::trust_signature_wrong(),
        Trust::NotSigned => terms::trust_file(),
        Trust::Typed => terms::trust_person(),
    }
}

/// How far an item can be trusted, in a word or two; stands beside [`trust`], never alone.
pub fn trust_short(trust: Trust) -> &'static str {
    match trust {
        Trust::SignedTrusted => terms::trust_signed_trusted_short(),
        Trust::SignedUnknown => terms::trust_signed_unknown_short(),
        Trust::NotChecked => terms::trust_not_checked_short(),
        Trust::SignatureWrong => terms::trust_signature_wrong_short(),
        Trust::NotSigned => terms::trust_file_short(),
        Trust::Typed => terms::trust_person_short(),
    }
}

/// A fact that tells whose a file is.
pub fn fact(name: FactName) -> &'static str {
    match name {
        FactName::NhsNumber => terms::fact_nhs_number(),
        FactName::BirthDate => terms::fact_birth_date(),
        FactName::FamilyName => terms::fact_family_name(),
        FactName::GivenName => terms::fact_given_name(),
        FactName::Sex => terms::fact_sex(),
    }
}

/// Administrative sex.
pub fn sex(sex: Sex) -> &'static str {
    match sex {
        Sex::Female => terms::sex_female(),
        Sex::Male => terms::sex_male(),
        Sex::Other => terms::sex_other(),
        Sex::Unknown => terms::sex_unknown(),
    }
}

/// How much an issue matters.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Information => terms::severity_information(),
        Severity::Warning => terms::severity_warning(),
        Severity::Error => terms::severity_error(),
    }
}

/// What became of a piece of the original.
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Shown => terms::outcome_shown(),
        Outcome::Kept => terms::outcome_kept(),
        Outcome::NotUnderstood => terms::outcome_not_understood(),
    }
}

/// "From …"; a source without a name says so.
pub fn source(name: &str) -> String {
    terms::source(if name.is_empty() { terms::source_unnamed() } else { name })
}

/// The mark of an entry that lost meaning in a transfer.
pub fn degraded() -> &'static str {
    terms::degraded()
}

/// What was odd, as a sentence.
pub fn issue(code: IssueCode) -> &'static str {
    match code {
        IssueCode::UnknownType => super::issue::unknown_type(),
        IssueCode::NotAnObject => super::issue::not_an_object(),
        IssueCode::DuplicateKey => super::issue::duplicate_key(),
        IssueCode::DuplicateId => super::issue::duplicate_id(),
        IssueCode::MissingElement => super::issue::missing_element(),
        IssueCode::BadDate => super::issue::bad_date(),
        IssueCode::BadNumber => super::issue::bad_number(),
        IssueCode::UnknownCode => super::issue::unknown_code(),
        IssueCode::CodeWithoutName => super::issue::code_without_name(),
        IssueCode::DanglingReference => super::issue::dangling_reference(),
        IssueCode::BadAttachment => super::issue::bad_attachment(),
        IssueCode::AttachmentElsewhere => super::issue::attachment_elsewhere(),
        IssueCode::NarrativeOnly => super::issue::narrative_only(),
        IssueCode::BadEncoding => super::issue::bad_encoding(),
        IssueCode::UnknownModifier => super::issue::unknown_modifier(),
        IssueCode::BadNhsNumber => super::issue::bad_nhs_number(),
        IssueCode::OtherSubject => super::issue::other_subject(),
        IssueCode::SeveralPeople => super::issue::several_people(),
        IssueCode::NoPerson => super::issue::no_person(),
        IssueCode::ConfidentialItems => super::issue::confidential_items(),
        IssueCode::DataInTransit => super::issue::data_in_transit(),
        IssueCode::DataAwaitingFiling => super::issue::data_awaiting_filing(),
        IssueCode::Degraded => super::issue::degraded(),
        IssueCode::UnitTrouble => super::issue::unit_trouble(),
        IssueCode::UnsafeNarrative => super::issue::unsafe_narrative(),
        IssueCode::BeyondLimits => super::issue::beyond_limits(),
        IssueCode::EnteredInError => super::issue::entered_in_error(),
        IssueCode::FutureDate => super::issue::future_date(),
        IssueCode::OtherVersion => super::issue::other_version(),
        IssueCode::FileInside => super::issue::file_inside(),
        IssueCode::UnsafeName => super::issue::unsafe_name(),
        IssueCode::SomeShown => super::issue::some_shown(),
        IssueCode::TextIncomplete => super::issue::text_incomplete(),
        IssueCode::BadSignature => super::issue::bad_signature(),
        IssueCode::SignatureNotChecked => super::issue::signature_not_checked(),
        IssueCode::CardRule => super::issue::card_rule(),
        IssueCode::UnknownTable => super::issue::unknown_table(),
        IssueCode::SourceFailed => super::issue::source_failed(),
        IssueCode::MorePages => super::issue::more_pages(),
        IssueCode::Deleted => super::issue::deleted(),
        IssueCode::WordsDeny => super::issue::words_deny(),
        IssueCode::Outlived => super::issue::outlived(),
    }
}

/// How long ago, roughly: in days, from two months on in months, from two years on in years.
pub fn ago(days: u32) -> String {
    match days {
        0..60 => super::date::days_ago(days.into()),
        60..730 => super::date::months_ago((days / 30).min(23).into()),
        _ => super::date::years_ago((f64::from(days) / 365.25) as u64),
    }
}

/// The name of a month, 1..=12; empty for any other number.
pub fn month(number: u8) -> &'static str {
    match number {
        1 => super::date::month_1(),
        2 => super::date::month_2(),
        3 => super::date::month_3(),
        4 => super::date::month_4(),
        5 => super::date::month_5(),
        6 => super::date::month_6(),
        7 => super::date::month_7(),
        8 => super::date::month_8(),
        9 => super::date::month_9(),
        10 => super::date::month_10(),
        11 => super::date::month_11(),
        12 => super::date::month_12(),
        _ => "",
    }
}

/// `3 March 2019`, `March 2019`, `2019`, or the source's own characters where they are no date. Without the time.
pub fn day(day: &Day) -> String {
    match day.known {
        Some(known) => known_day(known),
        None if day.text.trim().is_empty() => super::date::none().to_owned(),
        None => super::date::not_a_date(day.text.trim()),
    }
}

/// The same for a date that may be missing.
pub fn day_or_none(day: Option<&Day>) -> String {
    day.map_or_else(|| super::date::none().to_owned(), self::day)
}

/// `3 March 2019 at 10:30`: the wall clock as the source wrote it, never shifted.
pub fn moment(day: &Day) -> String {
    // Midnight to the second is how systems write a day without a time.
    let told = |t: &TimeOfDay| (t.hour, t.minute, t.second.unwrap_or(0), t.nano) != (0, 0, 0, 0);
    match day.known.and_then(|k| k.time).filter(told) {
        Some(time) => super::date::moment(&self::day(day), &format!("{:02}:{:02}", time.hour, time.minute)),
        None => self::day(day),
    }
}

/// The day, month or year that is known.
pub fn known_day(known: Known) -> String {
    let year = known.year.to_string();
    match (known.month, known.day) {
        (Some(m), Some(day)) => super::date::day(&day.to_string(), month(m), &year),
        (Some(m), None) => super::date::month(month(m), &year),
        _ => year,
    }
}

/// "as of 3 March 2019".
pub fn as_of(day: &Day) -> String {
    super::date::as_of(&self::day(day))
}

/// "Born 3 March 1951".
pub fn born(day: &Day) -> String {
    super::date::born(&self::day(day))
}

/// How old somebody is: in years; below two in months, below two months in days.
pub fn age(age: Age) -> String {
    let months = u64::from(age.years) * 12 + u64::from(age.months);
    match (months, age.days) {
        (24.., _) => super::date::years(age.years.into()),
        (2.., Some(_)) => super::date::months(months),
        (_, Some(days)) => super::date::days(days.into()),
        _ => super::date::years(age.years.into()),
    }
}

/// How old a person was at a vaccination: in their first year in weeks, as the schedule counts.
pub fn age_then(age: Age) -> String {
    match age.days {
        Some(days @ 14..365) => super::date::weeks((days / 7).into()),
        _ => self::age(age),
    }
}

/// The person's name, or that there is none.
pub fn name(person: &Header) -> String {
    if person.name.trim().is_empty() { terms::no_name().to_owned() } else { person.name.clone() }
}

/// "Born 3 March 1951, 75 years old"; says so if the date is not known.
pub fn born_and_age(person: &Header) -> String {
    match (&person.birth, person.age) {
        (Some(birth), Some(age)) => format!("{}, {}", born(birth), self::age(age)),
        (Some(birth), None) => born(birth),
        (None, _) => terms::no_birth().to_owned(),
    }
}

/// A size: 512 bytes, 13 kB, 2.4 MB (kB = 1,000 bytes).
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => super::common::bytes(&super::number(bytes)),
        1_000..1_000_000 => super::common::kilobytes(&super::number(bytes.div_ceil(1_000))),
        _ => super::common::megabytes(&format!("{}.{}", super::number(bytes / 1_000_000), bytes / 100_000 % 10)),
    }
}

/// Why a Health Link brought nothing, and what to do.
pub fn link_trouble(trouble: &Trouble, host: &str) -> (String, &'static str) {
    use super::link as l;
    let (what, then) = match trouble {
        Trouble::Link(error) => match error {
            LinkError::NotALink => (l::not_a_link(), l::not_a_link_then()),
            LinkError::Malformed => (l::malformed(), l::malformed_then()),
            LinkError::Newer(_) => (l::newer(), l::newer_then()),
            LinkError::UnsafeAddress => (l::unsafe_address(), l::unsafe_address_then()),
            LinkError::Sealed => (l::sealed(), l::sealed_then()),
            LinkError::BadKey => (l::bad_key(), l::bad_key_then()),
        },
        Trouble::Unreachable => return (l::unreachable(host), l::unreachable_then()),
        Trouble::Forbidden => (l::forbidden(), l::forbidden_then()),
        Trouble::Redirected => return (l::redirected(host), l::redirected_then()),
        Trouble::TooLarge(limit) => return (l::too_large(host, &size(*limit)), l::too_large_then()),
        Trouble::Silent => return (l::silent(host), l::silent_then()),
        Trouble::WrongPasscode(Some(0)) => (l::wrong_passcode_last(), l::wrong_passcode_last_then()),
        Trouble::WrongPasscode(Some(left)) => {
            return (l::wrong_passcode_left((*left).into()), l::wrong_passcode_then());
        }
        Trouble::WrongPasscode(None) => (l::wrong_passcode(), l::wrong_passcode_then()),
        Trouble::Gone => (l::gone(), l::gone_then()),
        Trouble::FileGone => (l::file_gone(), l::file_gone_then()),
        Trouble::Busy(Some(seconds)) => return (l::busy_seconds((*seconds).into(), host), l::busy_then()),
        Trouble::Busy(None) => return (l::busy(host), l::busy_then()),
        Trouble::Odd(status) => return (l::odd((*status).into(), host), l::odd_then()),
        Trouble::NoFiles => (l::no_files(), l::no_files_then()),
        Trouble::Failure(failure) => return (failed(failure), remedy(failure)),
    };
    (what.to_owned(), then)
}

/// What happened.
pub fn failed(failure: &Failure) -> String {
    use super::failure;
    match failure {
        Failure::TooLarge { bytes, limit } => return failure::too_large(&size(*limit), &size(*bytes)),
        Failure::Import(ImportError::TooLarge { limit }) => return failure::too_large_unknown(&size(*limit)),
        Failure::Import(ImportError::TooMany { .. }) => failure::too_many(),
        Failure::Import(ImportError::NotJson { line, column, .. }) => {
            return failure::not_json((*column).into(), (*line).into());
        }
        Failure::Import(ImportError::NotXml { what: Malformed::Doctype, .. }) => failure::doctype(),
        Failure::Import(ImportError::NotXml { what: Malformed::Deep, .. }) => failure::too_many(),
        Failure::Import(ImportError::NotXml { line, column, .. }) => {
            return failure::not_json((*column).into(), (*line).into());
        }
        Failure::Import(ImportError::Empty) => failure::empty(),
        Failure::Import(ImportError::BadArchive) => failure::bad_archive(),
        Failure::Import(ImportError::NotYet(Format::SmartHealthLink)) => failure::link(),
        Failure::Import(ImportError::NotYet(format)) => return failure::not_yet(self::format(*format)),
        Failure::Import(ImportError::Encrypted) => failure::encrypted(),
        Failure::Import(ImportError::Packing) => failure::packing(),
        Failure::Import(ImportError::Nested) => failure::nested(),
        Failure::Import(ImportError::Unknown) => failure::unknown(),
        Failure::Import(ImportError::Cancelled) => failure::cancelled(),
        Failure::StorageFailed => failure::storage_failed(),
        Failure::Stopped => failure::stopped(),
        Failure::Garbled => failure::garbled(),
        Failure::Locked => failure::locked(),
        Failure::VaultThere => failure::vault_there(),
        Failure::WrongPassphrase => failure::wrong_passphrase(),
        Failure::WrongKit => failure::wrong_kit(),
        Failure::WeakPassphrase => failure::weak_passphrase(),
        Failure::Unmeasured => failure::unmeasured(),
        Failure::TooNew => failure::too_new(),
        Failure::Damaged => failure::damaged(),
        Failure::OtherTab => failure::other_tab(),
        Failure::Full => failure::full(),
        Failure::NoStorage => failure::no_storage(),
        Failure::Unreadable => failure::unreadable(),
        Failure::SeveralPeople => failure::several_people(),
        Failure::InDoubt => failure::in_doubt(),
        Failure::NotFound => failure::not_found(),
        Failure::NoPerson => failure::no_person(),
        Failure::BadParticulars => failure::bad_particulars(),
        Failure::NothingChosen => failure::nothing_chosen(),
        Failure::ShareTooLarge => failure::share_too_large(),
        Failure::Refused(_) => failure::refused(),
        Failure::NoRequest => failure::no_request(),
        Failure::PersonUnreadable => failure::person_unreadable(),
        Failure::NobodyKeeps => failure::nobody_keeps(),
        Failure::LinkKey => failure::link_key(),
        Failure::LinkAccess => failure::link_access(),
    }
    .to_owned()
}

/// A kind of file, as people know it; the names of standards are names.
pub fn format(format: Format) -> &'static str {
    use super::format as f;
    match format {
        Format::FhirJson => f::fhir_json(),
        Format::FhirNdjson => f::fhir_ndjson(),
        Format::FhirXml => f::fhir_xml(),
        Format::Pdf => f::pdf(),
        Format::Png | Format::Jpeg | Format::Gif | Format::Webp | Format::Tiff | Format::Heic => f::picture(),
        Format::Text => f::plain_text(),
        Format::Gzip | Format::Zip => f::archive(),
        Format::Cda => f::cda(),
        Format::Gp2gp => f::gp2gp(),
        Format::Scr => f::scr(),
        Format::Hl7v2 => f::hl7v2(),
        Format::BlueButton => f::blue_button(),
        Format::Csv => f::csv(),
        Format::Edifact => f::edifact(),
        Format::SmartHealthCard => f::smart_health_card(),
        Format::SmartHealthLink => f::smart_health_link(),
        Format::EuCertificate => f::eu_certificate(),
        Format::AppleHealth => f::apple_health(),
        Format::RichText => f::rich_text(),
        Format::Docx | Format::Xlsx | Format::Pptx | Format::Odf => f::office(),
        Format::OtherJson => f::other_json(),
        Format::OtherXml => f::other_xml(),
        Format::Html => f::html(),
    }
}

/// What to do about it, and that nothing was lost.
pub fn remedy(failure: &Failure) -> &'static str {
    use super::failure;
    match failure {
        Failure::TooLarge { .. } => failure::too_large_then(),
        Failure::Import(ImportError::NotXml { what: Malformed::Doctype, .. }) => failure::doctype_then(),
        Failure::Import(
            ImportError::TooLarge { .. }
            | ImportError::TooMany { .. }
            | ImportError::NotXml { what: Malformed::Deep, .. },
        ) => failure::too_large_then(),
        Failure::Import(
            ImportError::NotJson { .. } | ImportError::NotXml { .. } | ImportError::BadArchive | ImportError::Empty,
        ) => failure::not_json_then(),
        Failure::Import(ImportError::NotYet(Format::SmartHealthLink)) => failure::link_then(),
        Failure::Import(ImportError::NotYet(_) | ImportError::Unknown) => failure::not_yet_then(),
        Failure::Import(ImportError::Encrypted | ImportError::Packing | ImportError::Nested) => failure::unpack_then(),
        Failure::Import(ImportError::Cancelled) => failure::cancelled_then(),
        Failure::StorageFailed => failure::storage_failed_then(),
        Failure::Stopped => failure::stopped_then(),
        Failure::Garbled => failure::garbled_then(),
        Failure::Locked => failure::locked_then(),
        Failure::VaultThere => failure::vault_there_then(),
        Failure::WrongPassphrase => failure::wrong_passphrase_then(),
        Failure::WrongKit => failure::wrong_kit_then(),
        Failure::WeakPassphrase => failure::weak_passphrase_then(),
        Failure::Unmeasured => failure::unmeasured_then(),
        Failure::TooNew => failure::too_new_then(),
        Failure::Damaged => failure::damaged_then(),
        Failure::OtherTab => failure::other_tab_then(),
        Failure::Full => failure::full_then(),
        Failure::NoStorage => failure::no_storage_then(),
        Failure::Unreadable => failure::unreadable_then(),
        Failure::SeveralPeople => failure::several_people_then(),
        Failure::InDoubt => failure::in_doubt_then(),
        Failure::NotFound => failure::not_found_then(),
        Failure::NoPerson => failure::no_person_then(),
        Failure::BadParticulars => failure::bad_particulars_then(),
        Failure::NothingChosen => failure::nothing_chosen_then(),
        Failure::ShareTooLarge => failure::share_too_large_then(),
        Failure::Refused(_) => failure::refused_then(),
        Failure::NoRequest => failure::no_request_then(),
        Failure::PersonUnreadable => failure::person_unreadable_then(),
        Failure::NobodyKeeps => failure::nobody_keeps_then(),
        Failure::LinkKey => failure::link_key_then(),
        Failure::LinkAccess => failure::link_access_then(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::super::{Lang, set_lang};
    use super::*;

    fn day(text: &str) -> Day {
        let known = crate::record::PartialDate::fhir(text).known;
        Day { text: text.to_owned(), known, days_ago: None, future: false }
    }

    fn check(text: &str, en: &str, cy: &str) {
        assert_eq!(moment(&day(text)), en);
        set_lang(Lang::Cy);
        assert_eq!(moment(&day(text)), cy);
        set_lang(Lang::En);
    }

    #[test]
    fn dates_stay_as_partial_as_they_are() {
        check("2019-03-03", "3 March 2019", "3 Mawrth 2019");
        check("2019-03-03T00:00:00+00:00", "3 March 2019", "3 Mawrth 2019");
        check("2019-03", "March 2019", "Mawrth 2019");
        check("2019", "2019", "2019");
        check("2019-03-03T23:30:00-05:00", "3 March 2019 at 23:30", "3 Mawrth 2019 am 23:30");
        check("1961-04-93", "date written as “1961-04-93”", "dyddiad wedi’i ysgrifennu fel “1961-04-93”");
    }

    #[test]
    fn ages_are_told_as_people_tell_them() {
        let age = |years, months, days| age(Age { years, months, days });
        assert_eq!(age(75, 8, Some(27_600)), "75 years old");
        assert_eq!(age(75, 0, None), "75 years old");
        assert_eq!(age(1, 1, Some(396)), "13 months old");
        assert_eq!(age(0, 0, Some(1)), "1 day old");
    }

    #[test]
    fn a_status_is_told_in_the_words_of_its_kind_and_once() {
        let check = |kind: Kind, standing, own: &str, expected: Option<&str>| {
            assert_eq!(status_in_full(&kind, standing, own).as_deref(), expected, "{kind:?} {own}");
        };
        check(Kind::Condition, Standing::Active, "active", Some("Current"));
        check(Kind::MedicationStatement, Standing::Stopped, "stopped", Some("Stopped"));
        check(Kind::MedicationRequest, Standing::OnHold, "on-hold", Some("On hold"));
        check(Kind::Condition, Standing::Ended, "resolved", Some("Ended (resolved)"));
        check(Kind::Observation, Standing::Preliminary, "preliminary", Some("Preliminary"));
        check(Kind::Immunization, Standing::Ended, "completed", Some("Given"));
        check(Kind::Observation, Standing::Stopped, "X", Some("No result could be obtained (X)"));
        check(Kind::Observation, Standing::Amended, "C", Some("Corrected by its source (C)"));
        check(Kind::FamilyMemberHistory, Standing::Ended, "completed", None);
        assert_eq!(polarity_of(&Kind::Immunization, Polarity::NotDone), "Not given");
    }

    #[test]
    fn how_long_ago_is_told_roughly() {
        assert_eq!(
            [1, 59, 91, 729, 730, 20_553].map(ago),
            ["1 day ago", "59 days ago", "3 months ago", "23 months ago", "1 year ago", "56 years ago",]
        );
    }

    #[test]
    fn sizes_are_short() {
        assert_eq!([999, 1_000, 1_500, 2_400_000].map(size), ["999 bytes", "1 kB", "2 kB", "2.4 MB"]);
    }
}
