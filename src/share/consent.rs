//! FHIR resources that follow from a grant's claims and nothing else: the Consent, and the AuditEvents of sharing and
//! of opening. The same claims always give the same JSON, so none of it travels.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::claims::Claims;
use super::receipt::Receipt;
use super::terms::{Completeness, Sharer};

/// The Consent (FHIR R4 §6.2), in the shape of IHE Privacy Consent on FHIR: who permits whom to use what, why and
/// until when. The patient stands as a display only: no identifier leaves the claims.
pub fn consent(claims: &Claims) -> Value {
    let sections: Vec<Value> = claims
        .parts
        .iter()
        .filter(|p| matches!(p.completeness, Completeness::Full { .. } | Completeness::Selected))
        .map(|p| json!({"system": "http://loinc.org", "code": p.section.loinc()}))
        .collect();
    let performer = match &claims.sharer {
        Sharer::Patient => json!({"display": "Patient"}),
        Sharer::Carer { name, .. } => json!({"display": name}),
    };
    let uses = claims.uses;
    let actions = [("access", uses.view), ("collect", uses.keep), ("use", uses.import), ("disclose", uses.redisclose)];
    let actions: Vec<Value> = actions
        .iter()
        .filter(|(_, allowed)| *allowed)
        .map(|(code, _)| {
            json!({"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentaction", "code": code}]})
        })
        .collect();
    let reader = match &claims.audience {
        Some(audience) => data_encoding::HEXLOWER.encode(&audience.reader),
        None => "bearer".to_owned(),
    };
    json!({
        "resourceType": "Consent",
        "id": data_encoding::HEXLOWER.encode(&claims.id),
        "status": "active",
        "scope": {"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"
        }]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "dateTime": instant(claims.issued),
        "performer": [performer],
        "policyRule": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "OPTINR"}]},
        "provision": {
            "type": "permit",
            "period": {"start": instant(claims.not_before), "end": instant(claims.ends)},
            "actor": [{
                "role": {"coding": [{
                    "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "IRCP"
                }]},
                "reference": {"identifier": {"value": reader}},
            }],
            "action": actions,
            "purpose": [{
                "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": claims.purpose.code()
            }],
            "code": [{"coding": sections}],
        },
    })
}

/// The AuditEvent of sharing (FHIR R4 §6.4; DICOM 110106 *Export*): what the patient's journal keeps of a grant.
/// `hash` is SHA-256 of its message.
pub fn shared(claims: &Claims, hash: &[u8; 32]) -> Value {
    event("110106", "Export", claims.issued, true, &claims.id, hash)
}

/// The AuditEvent of opening (DICOM 110107 *Import*): what a checked receipt adds to the patient's journal.
pub fn opened(receipt: &Receipt) -> Value {
    event("110107", "Import", receipt.opened, false, &receipt.token, &receipt.grant)
}

fn event(code: &str, display: &str, at: i64, by_patient: bool, token: &[u8; 16], hash: &[u8; 32]) -> Value {
    json!({
        "resourceType": "AuditEvent",
        "type": {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": code, "display": display},
        "action": if by_patient { "C" } else { "R" },
        "recorded": instant(at),
        "outcome": "0",
        "agent": [{"who": {"display": if by_patient { "Patient" } else { "Reader" }}, "requestor": true}],
        "source": {"observer": {"display": "Tessera"}},
        "entity": [{
            "what": {"identifier": {"value": data_encoding::HEXLOWER.encode(token)}},
            "detail": [{"type": "sha256", "valueString": data_encoding::HEXLOWER.encode(hash)}],
        }],
    })
}

/// RFC 3339 in UTC; an instant beyond the calendar stays a number.
fn instant(unix: i64) -> String {
    Timestamp::from_second(unix).map_or_else(|_| unix.to_string(), |t| t.to_string())
}
