//! The places of the app, and how they are written behind the `#` of the address.
//!
//! A place and its filters stand in the address, so that the back button, a bookmark and a link work on any static
//! host. Clinical content never does: items are opaque hexadecimal ids, searches stay in memory.

use crate::record::Section;

/// Where a person is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// What Tessera is and how to begin; the locked screen where there is a vault.
    #[default]
    Door,
    /// Keep what was looked at: a passphrase and a recovery kit.
    SetUp,
    /// Print or note the recovery kit and type two groups of it back.
    Kit,
    /// The first page of a record.
    Summary,
    /// Everything by date.
    Timeline,
    /// One section of the record.
    Section(Section),
    /// One analyte: chart and table. The id is opaque.
    Analyte(String),
    /// One item with all its sources. The id is opaque.
    Item(String),
    /// Bring in files.
    Import,
    /// How to get one's records from a provider.
    HowTo,
    /// The report of one import. The id is opaque.
    Report(String),
    /// Type something in by hand.
    Write(Writing),
    /// Choose what to share, step by step.
    Share,
    /// The emergency card: chosen, looked at, printed.
    Card,
    /// The code on the screen.
    Showing,
    /// What was imported, shared and received.
    Journal,
    /// One share of the journal, exactly as it was. The id is opaque.
    Shared(String),
    /// Read somebody's code.
    Scan,
    /// A token that came with the address, whole, still unread.
    Token(String),
    /// The persons of this vault.
    People,
    /// Everything else.
    More,
    /// What the person took off the pages.
    Off,
    /// Change the passphrase.
    Passphrase,
    /// What Tessera is, its version and its honest limits.
    About,
}

/// What can be typed in by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// An allergy or intolerance.
    Allergy,
    /// A medicine.
    Medicine,
    /// A health problem.
    Problem,
}

impl Writing {
    /// Its word in addresses.
    pub fn slug(self) -> &'static str {
        match self {
            Writing::Allergy => "allergy",
            Writing::Medicine => "medicine",
            Writing::Problem => "problem",
        }
    }

    /// What has that word.
    pub fn of_slug(slug: &str) -> Option<Writing> {
        [Writing::Allergy, Writing::Medicine, Writing::Problem].into_iter().find(|what| what.slug() == slug)
    }

    /// The section where it will stand.
    pub fn section(self) -> Section {
        match self {
            Writing::Allergy => Section::Allergies,
            Writing::Medicine => Section::Medications,
            Writing::Problem => Section::Problems,
        }
    }
}

/// A place with its filters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// Where.
    pub place: Place,
    /// Filters and steps, name and value, in the order they were written. Only small letters, digits and hyphens.
    pub filters: Vec<(String, String)>,
}

impl Route {
    /// Reads what stands behind the address, with or without its `#`. What is unknown leads to the door.
    pub fn read(hash: &str) -> Route {
        let hash = hash.strip_prefix('#').unwrap_or(hash);
        // A Health Link may have our address before it; it holds a key, and leaves the address at once.
        let link = hash.get(..8).is_some_and(|s| s.eq_ignore_ascii_case("shlink:/"));
        if hash.starts_with("c1/") || hash.starts_with("C1") || link {
            return Place::Token(hash.to_owned()).into();
        }
        let (path, query) = hash.split_once('?').unwrap_or((hash, ""));
        let mut parts = path.trim_matches('/').split('/');
        let place = match (parts.next().unwrap_or(""), parts.next()) {
            ("set-up", None) => Place::SetUp,
            ("recovery-kit", None) => Place::Kit,
            ("summary", None) => Place::Summary,
            ("timeline", None) => Place::Timeline,
            ("section", Some(slug)) => Section::of_slug(slug).map(Place::Section).unwrap_or_default(),
            ("analyte", Some(id)) if plain(id) => Place::Analyte(id.to_owned()),
            ("item", Some(id)) if plain(id) => Place::Item(id.to_owned()),
            ("import", None) => Place::Import,
            ("import", Some("how")) => Place::HowTo,
            ("import", Some(id)) if plain(id) => Place::Report(id.to_owned()),
            ("write", Some(slug)) => Writing::of_slug(slug).map(Place::Write).unwrap_or_default(),
            ("share", None) => Place::Share,
            ("emergency-card", None) => Place::Card,
            ("showing", None) => Place::Showing,
            ("journal", None) => Place::Journal,
            ("journal", Some(id)) if plain(id) => Place::Shared(id.to_owned()),
            ("scan", None) => Place::Scan,
            ("people", None) => Place::People,
            ("more", None) => Place::More,
            ("more", Some("off-the-pages")) => Place::Off,
            ("more", Some("passphrase")) => Place::Passphrase,
            ("more", Some("about")) => Place::About,
            _ => Place::Door,
        };
        let filters = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .filter(|(name, value)| plain(name) && plain(value))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Route { place, filters }
    }

    /// The value of a filter.
    pub fn filter(&self, name: &str) -> Option<&str> {
        self.filters.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The same place with one filter set, or taken away where the value is empty.
    pub fn with(mut self, name: &str, value: &str) -> Route {
        self.filters.retain(|(n, _)| n != name);
        if !value.is_empty() && plain(name) && plain(value) {
            self.filters.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// How it is written in an `href`.
    pub fn href(&self) -> String {
        let mut out = self.place.href();
        for (i, (name, value)) in self.filters.iter().enumerate() {
            out.push(if i == 0 { '?' } else { '&' });
            out.push_str(name);
            out.push('=');
            out.push_str(value);
        }
        out
    }
}

impl From<Place> for Route {
    fn from(place: Place) -> Self {
        Route { place, filters: Vec::new() }
    }
}

impl Place {
    /// How it is written in an `href`, without filters.
    pub fn href(&self) -> String {
        match self {
            Place::Door => "#/".to_owned(),
            Place::SetUp => "#/set-up".to_owned(),
            Place::Kit => "#/recovery-kit".to_owned(),
            Place::Summary => "#/summary".to_owned(),
            Place::Timeline => "#/timeline".to_owned(),
            Place::Section(section) => format!("#/section/{}", section.slug()),
            Place::Analyte(id) => format!("#/analyte/{id}"),
            Place::Item(id) => format!("#/item/{id}"),
            Place::Import => "#/import".to_owned(),
            Place::HowTo => "#/import/how".to_owned(),
            Place::Report(id) => format!("#/import/{id}"),
            Place::Write(what) => format!("#/write/{}", what.slug()),
            Place::Share => "#/share".to_owned(),
            Place::Card => "#/emergency-card".to_owned(),
            Place::Showing => "#/showing".to_owned(),
            Place::Journal => "#/journal".to_owned(),
            Place::Shared(id) => format!("#/journal/{id}"),
            Place::Scan => "#/scan".to_owned(),
            // A token is read and taken out of the address at once, never written back.
            Place::Token(_) => "#/scan".to_owned(),
            Place::People => "#/people".to_owned(),
            Place::More => "#/more".to_owned(),
            Place::Off => "#/more/off-the-pages".to_owned(),
            Place::Passphrase => "#/more/passphrase".to_owned(),
            Place::About => "#/more/about".to_owned(),
        }
    }

    /// True if it needs no record, even where there is a locked one.
    pub fn is_public(&self) -> bool {
        matches!(self, Place::Scan | Place::Token(_) | Place::About | Place::HowTo)
    }

    /// True if it makes sense while nothing is kept and nothing is open.
    pub fn is_beginning(&self) -> bool {
        self.is_public() || matches!(self, Place::SetUp | Place::Import | Place::People | Place::More | Place::Write(_))
    }
}

/// Small letters, digits and hyphens, at most 80: nothing clinical fits into that by accident.
fn plain(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 80
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(hash: &str, expected: Place) {
        assert_eq!(Route::read(hash).place, expected, "{hash}");
    }

    #[test]
    fn every_place_leads_back_to_itself() {
        let mut places = vec![
            Place::Door,
            Place::SetUp,
            Place::Kit,
            Place::Summary,
            Place::Timeline,
            Place::Analyte("0af3".into()),
            Place::Item("0af3".into()),
            Place::Import,
            Place::HowTo,
            Place::Report("9c".into()),
            Place::Write(Writing::Allergy),
            Place::Write(Writing::Medicine),
            Place::Write(Writing::Problem),
            Place::Share,
            Place::Card,
            Place::Showing,
            Place::Journal,
            Place::Shared("0af3".into()),
            Place::Scan,
            Place::People,
            Place::More,
            Place::Off,
            Place::Passphrase,
            Place::About,
        ];
        places.extend(Section::ALL.map(Place::Section));
        for place in places {
            check(&place.href(), place);
        }
    }

    #[test]
    fn nonsense_leads_to_the_door() {
        for hash in ["", "#", "#/", "#/nowhere", "#/item/", "#/item/Penicillin%20V", "#/section/none", "#/item/a/b/c?"]
        {
            let place = Route::read(hash).place;
            assert!(matches!(place, Place::Door | Place::Item(_)), "{hash}: {place:?}");
        }
    }

    #[test]
    fn a_token_in_the_address_is_kept_whole() {
        check("#c1/s/0123456789", Place::Token("c1/s/0123456789".into()));
    }

    #[test]
    fn filters_keep_to_plain_words() {
        let route = Route::read("#/timeline?kind=results&from=2019&q=Chlamydia%20test");
        assert_eq!(route.filter("kind"), Some("results"));
        assert_eq!(route.filter("q"), None);
        assert_eq!(route.with("kind", "").with("source", "ab12").href(), "#/timeline?from=2019&source=ab12");
    }
}
