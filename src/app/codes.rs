//! The codes that a picture holds: which of them are records, and what of them is missing.
//!
//! A SMART Health Card (`shc:/`) may be split over several codes, and these over several pictures; an EU certificate
//! (`HC1:`) is one code; a Health Link (`shlink:/`) leads elsewhere. Any other code is none of ours: the picture stays a
//! document, and nothing is done with what the code says.

use std::collections::{BTreeMap, BTreeSet};

/// What the texts of codes are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Codes {
    /// Texts that can be read as files: all cards together, each certificate alone.
    pub files: Vec<String>,
    /// Health Links.
    pub links: Vec<String>,
    /// Codes of a card are missing: of how many parts each set is, and which parts are here.
    pub partly: BTreeMap<u32, BTreeSet<u32>>,
}

impl Codes {
    /// Sorts the texts of codes, each once.
    pub fn of(texts: &[String]) -> Self {
        let (mut codes, mut cards) = (Codes::default(), BTreeSet::new());
        let mut seen = BTreeSet::new();
        for text in texts.iter().map(|t| t.trim()).filter(|t| seen.insert(*t)) {
            if begins(text, "shc:/") {
                cards.insert(text);
                if let Some((part, of)) = part(text) {
                    codes.partly.entry(of).or_default().insert(part);
                }
            } else if begins(text, "hc1:") {
                codes.files.push(text.to_owned());
            } else if begins(text, "shlink:/") || begins(text, "http") && text.contains("#shlink:/") {
                codes.links.push(text.to_owned());
            }
        }
        codes.partly.retain(|of, parts| (parts.len() as u32) < *of);
        if !cards.is_empty() {
            codes.files.insert(0, cards.into_iter().collect::<Vec<_>>().join("\n"));
        }
        codes
    }

    /// True if another picture holds a part that is missing here.
    pub fn wants(&self, other: &Codes) -> bool {
        other.partly.iter().any(|(of, parts)| self.partly.get(of).is_some_and(|mine| !parts.is_subset(mine)))
    }
}

fn begins(text: &str, scheme: &str) -> bool {
    text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
}

/// The number of a part and of how many it is: `shc:/2/3/…`.
fn part(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.get(5..)?.split('/');
    let (number, of) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    (parts.next().is_some() && parts.next().is_none() && (1..=of).contains(&number) && of > 1).then_some((number, of))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn of(texts: &[&str]) -> Codes {
        Codes::of(&texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn cards_go_together_and_certificates_alone() {
        let codes = of(&["HC1:A", "shc:/56", "SHC:/57", "shc:/56", "https://example.org", "HC1:B", "shlink:/x"]);
        assert_eq!(codes.files, ["SHC:/57\nshc:/56", "HC1:A", "HC1:B"]);
        assert_eq!((codes.links, codes.partly.len()), (vec!["shlink:/x".to_owned()], 0));
        assert_eq!(of(&["https://example.org", "WIFI:x", "shlink:", ""]), Codes::default());
        assert_eq!(of(&["https://a.example/v#shlink:/x"]).links.len(), 1);
    }

    #[test]
    fn a_card_in_parts_wants_the_others_and_no_more() {
        let (first, second, foreign) = (of(&["shc:/1/2/56"]), of(&["shc:/2/2/57"]), of(&["shc:/2/3/57"]));
        assert!(first.wants(&second) && second.wants(&first));
        assert!(!first.wants(&first) && !first.wants(&foreign) && !first.wants(&of(&["shc:/56"])));
        let both = of(&["shc:/1/2/56", "shc:/2/2/57"]);
        assert!(both.partly.is_empty() && both.files.len() == 1);
        for odd in ["shc:/3/2/5", "shc:/0/2/5", "shc:/1/1/5", "shc:/a/b/5", "shc:/1/2"] {
            assert!(of(&[odd]).partly.is_empty(), "{odd}");
        }
    }
}
