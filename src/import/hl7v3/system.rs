use crate::record::system;

/// The URI of a code system or namespace that a source names by OID or UUID: the one FHIR uses where it has one
/// (FHIR R4 §4.3), so that the same code in two formats is the same code; else `urn:oid:…` or `urn:uuid:…`. What is
/// neither stays as written.
pub fn uri(root: &str) -> String {
    let root = root.trim();
    let bare = root.strip_prefix("urn:oid:").unwrap_or(root);
    let known = match bare {
        "2.16.840.1.113883.6.96" | "2.16.840.1.113883.2.1.3.2.4.15" => system::SNOMED,
        "2.16.840.1.113883.6.1" => system::LOINC,
        "2.16.840.1.113883.6.88" => system::RXNORM,
        "2.16.840.1.113883.6.8" => system::UCUM,
        "2.16.840.1.113883.12.292" | "2.16.840.1.113883.6.59" => system::CVX,
        "2.16.840.1.113883.2.1.6.2" => "http://read.info/readv2",
        "2.16.840.1.113883.2.1.3.2.4.14" => "http://read.info/ctv3",
        "2.16.840.1.113883.2.1.6.3" => "https://fhir.hl7.org.uk/Id/egton-codes",
        "2.16.840.1.113883.2.1.4.1" => system::NHS_NUMBER,
        "2.16.840.1.113883.6.3" => "http://hl7.org/fhir/sid/icd-10",
        "2.16.840.1.113883.6.90" => "http://hl7.org/fhir/sid/icd-10-cm",
        "2.16.840.1.113883.6.4" => "http://www.cms.gov/Medicare/Coding/ICD10",
        "2.16.840.1.113883.6.42" => "http://hl7.org/fhir/sid/icd-9",
        "2.16.840.1.113883.6.103" => "http://hl7.org/fhir/sid/icd-9-cm",
        "2.16.840.1.113883.6.69" => "http://hl7.org/fhir/sid/ndc",
        "2.16.840.1.113883.6.12" => "http://www.ama-assn.org/go/cpt",
        "2.16.840.1.113883.6.73" => "http://www.whocc.no/atc",
        "2.16.840.1.113883.4.9" => "http://fdasis.nlm.nih.gov",
        "2.16.840.1.113883.3.26.1.1" => "http://ncithesaurus-stage.nci.nih.gov",
        "2.16.840.1.113883.4.1" => "http://hl7.org/fhir/sid/us-ssn",
        "2.16.840.1.113883.4.6" => "http://hl7.org/fhir/sid/us-npi",
        "2.16.840.1.113883.5.1" => "http://terminology.hl7.org/CodeSystem/v3-AdministrativeGender",
        "2.16.840.1.113883.5.4" => "http://terminology.hl7.org/CodeSystem/v3-ActCode",
        "2.16.840.1.113883.5.6" => "http://terminology.hl7.org/CodeSystem/v3-ActClass",
        "2.16.840.1.113883.5.8" => "http://terminology.hl7.org/CodeSystem/v3-ActReason",
        "2.16.840.1.113883.5.25" => "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
        "2.16.840.1.113883.5.83" => "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
        "2.16.840.1.113883.5.111" => "http://terminology.hl7.org/CodeSystem/v3-RoleCode",
        "2.16.840.1.113883.5.112" => "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration",
        "2.16.840.1.113883.5.1008" => NULL_FLAVOUR,
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    if !bare.is_empty() && bare.contains('.') && bare.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return format!("urn:oid:{bare}");
    }
    let uuid = bare.len() == 36 && bare.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    if uuid { format!("urn:uuid:{}", bare.to_ascii_lowercase()) } else { root.to_owned() }
}

/// The code system of the reasons why something is not there (HL7 v3 NullFlavor).
pub const NULL_FLAVOUR: &str = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor";
