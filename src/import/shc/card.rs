use crate::import::archive;
use crate::import::json;
use crate::import::keys::Keys;
use crate::import::node::Node;
use crate::record::Signed;

/// The type that every health card names.
const TYPE: &str = "https://smarthealth.cards#health-card";

/// A card that could be opened, whatever its signature showed.
pub struct Card {
    /// Who says that it issued it: an https URL.
    pub iss: String,
    /// From when it holds, seconds since 1970 as written; empty if it does not say.
    pub nbf: String,
    /// Until when it holds, likewise.
    pub exp: String,
    /// The version of FHIR that it names.
    pub version: String,
    /// The signed payload, unpacked: JSON.
    pub payload: String,
    /// What the signature showed.
    pub signed: Signed,
    /// The rules of the specification that it breaks, by a short name.
    pub broken: Vec<&'static str>,
}

/// The pointer to the clinical content in a payload.
pub const BUNDLE: &str = "/vc/credentialSubject/fhirBundle";

impl Card {
    /// Opens a JWS (RFC 7515 §3.1) as the SMART Health Cards specification wants it: three parts, ES256, a key id,
    /// raw DEFLATE, JSON. What is no such thing has nothing that could be checked, and nothing of it is shown.
    ///
    /// # Errors
    /// The short name of the rule that it breaks.
    pub fn open(jws: &str, keys: &Keys) -> Result<Card, &'static str> {
        let mut parts = jws.split('.');
        let (Some(head), Some(body), Some(seal), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err("three parts");
        };
        let part = |text: &str| data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| "base64url");
        let header = String::from_utf8(part(head)?).map_err(|_| "header")?;
        let header = json::parse(&header).map_err(|_| "header")?;
        if !header.is_object() || header.twice().is_some() {
            return Err("header");
        }
        if header.get("alg").text() != Some("ES256") {
            return Err("alg");
        }
        let kid = header.get("kid").text().filter(|k| !k.is_empty()).ok_or("kid")?;
        if header.get("zip").text() != Some("DEF") {
            return Err("zip");
        }
        // A critical extension changes what the signature means; none is known here (RFC 7515 §4.1.11).
        if !header.get("crit").is_null() {
            return Err("crit");
        }
        let unpacked = archive::inflate(&part(body)?).ok_or("zip")?;
        let payload = String::from_utf8(unpacked).map_err(|_| "payload")?;
        let mut broken = Vec::new();
        let known = |key: &str| matches!(key, "alg" | "kid" | "zip" | "typ");
        if header.members().iter().any(|(key, _)| !known(key)) {
            broken.push("header members");
        }
        let signature = part(seal)?;
        let message = jws.get(..head.len() + 1 + body.len()).unwrap_or_default();
        let found = {
            let claims = json::parse(&payload).map_err(|_| "payload")?;
            if !claims.is_object() || claims.twice().is_some() {
                return Err("payload");
            }
            rules(&claims, &payload, &mut broken);
            let bundle = claims.get("vc").get("credentialSubject").get("fhirBundle");
            if !bundle.is_object() {
                return Err("fhirBundle");
            }
            let iss = claims.get("iss").words().to_owned();
            let plain = |key: &str| claims.get(key).plain().to_owned();
            let version = claims.get("vc").get("credentialSubject").get("fhirVersion").words().to_owned();
            (iss, plain("nbf"), plain("exp"), version)
        };
        let (iss, nbf, exp, version) = found;
        let signed = keys.check_card(&iss, kid, message.as_bytes(), &signature);
        Ok(Card { iss, nbf, exp, version, payload, signed, broken })
    }

    /// The clinical content, as it stands in the payload.
    pub fn bundle(&self) -> &str {
        json::locate(&self.payload, BUNDLE).and_then(|range| self.payload.get(range)).unwrap_or_default()
    }
}

/// The rules that a card can break and still be read.
fn rules(claims: &Node<'_>, payload: &str, broken: &mut Vec<&'static str>) {
    let mut must = |met: bool, name: &'static str| {
        if !met {
            broken.push(name);
        }
    };
    let iss = claims.get("iss").words();
    must(iss.starts_with("https://"), "iss: https");
    must(!iss.ends_with('/'), "iss: no / at its end");
    must(number(claims.get("nbf")), "nbf");
    must(claims.get("exp").is_null() || number(claims.get("exp")), "exp");
    must(payload.trim() == payload, "payload: no spaces around");
    must(claims.get("vc").get("type").each().iter().any(|t| t.text() == Some(TYPE)), "type");
    let bundle = claims.get("vc").get("credentialSubject").get("fhirBundle");
    for (i, entry) in bundle.get("entry").each().iter().enumerate() {
        let resource = entry.get("resource");
        must(entry.get("fullUrl").words() == format!("resource:{i}"), "fullUrl");
        must(resource.get("id").is_null(), "no id");
        must(resource.get("text").is_null(), "no narrative");
        let meta = resource.get("meta");
        let plain = meta.is_null() || meta.members().iter().all(|(key, _)| key == "security");
        must(plain, "meta: security only");
    }
    broken.sort_unstable();
    broken.dedup();
}

/// A NumericDate (RFC 7519 §2): seconds since 1970.
fn number(node: &Node<'_>) -> bool {
    matches!(node, Node::Number(n) if n.parse::<f64>().is_ok_and(f64::is_finite))
}
