use std::borrow::Cow;

/// A piece of a structured file as a tree, whatever its syntax was: JSON now; XML converts to the same.
///
/// Texts borrow from the file where they stand there unescaped; numbers keep their own characters.
#[derive(Clone, Debug, PartialEq)]
pub enum Node<'a> {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number, exactly as written.
    Number(&'a str),
    /// A text, unescaped.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Node<'a>>),
    /// An object, its members in the order of the file; a key may stand twice (see [`Node::twice`]).
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

/// What stands for everything that is absent.
static NOTHING: Node<'static> = Node::Null;

impl<'a> Node<'a> {
    /// The member of that name; [`Node::Null`] if this is no object or has none.
    pub fn get(&self, key: &str) -> &Node<'a> {
        match self {
            Node::Object(members) => members.iter().find(|(k, _)| k == key).map_or(&NOTHING, |(_, v)| v),
            _ => &NOTHING,
        }
    }

    /// The member of the first of these names that is there.
    pub fn first_of(&self, keys: &[&str]) -> &Node<'a> {
        keys.iter().map(|k| self.get(k)).find(|n| !n.is_null()).unwrap_or(&NOTHING)
    }

    /// True if nothing stands here.
    pub fn is_null(&self) -> bool {
        matches!(self, Node::Null)
    }

    /// True if this is an object.
    pub fn is_object(&self) -> bool {
        matches!(self, Node::Object(_))
    }

    /// The text; `None` if this is none.
    pub fn text(&self) -> Option<&str> {
        match self {
            Node::Text(t) => Some(t),
            _ => None,
        }
    }

    /// The text, trimmed; empty if this is none.
    pub fn words(&self) -> &str {
        self.text().unwrap_or_default().trim()
    }

    /// The text of any plain value as written; empty for null, lists and objects.
    pub fn plain(&self) -> &str {
        match self {
            Node::Text(t) => t.trim(),
            Node::Number(n) => n,
            Node::Bool(true) => "true",
            Node::Bool(false) => "false",
            _ => "",
        }
    }

    /// True only for `true` (also as text, as some senders write it, and as XML Schema may: `1`).
    pub fn is_true(&self) -> bool {
        let written = |text: &str| text.trim().eq_ignore_ascii_case("true") || text.trim() == "1";
        matches!(self, Node::Bool(true)) || self.text().is_some_and(written)
    }

    /// The elements of a list; one element if it is a lone value (version differences make lists of lone values and
    /// back); none if nothing stands here.
    pub fn each(&self) -> &[Node<'a>] {
        match self {
            Node::List(list) => list,
            Node::Null => &[],
            one => std::slice::from_ref(one),
        }
    }

    /// The members of an object; none for anything else.
    pub fn members(&self) -> &[(Cow<'a, str>, Node<'a>)] {
        match self {
            Node::Object(members) => members,
            _ => &[],
        }
    }

    /// The member whose name begins with `stem` and goes on with a capital: FHIR's choice types, `value[x]`.
    /// Gives the type part of the name, `Quantity` of `valueQuantity`.
    pub fn choice(&self, stem: &str) -> Option<(&str, &Node<'a>)> {
        self.members().iter().find_map(|(key, node)| {
            let kind = key.strip_prefix(stem)?;
            kind.starts_with(|c: char| c.is_ascii_uppercase()).then_some((kind, node))
        })
    }

    /// The pointer (RFC 6901) of the first key that stands twice in one object, if there is any.
    pub fn twice(&self) -> Option<String> {
        match self {
            Node::Object(members) => {
                if let Some(key) = repeated(members) {
                    return Some(format!("/{}", escape(key)));
                }
                members.iter().find_map(|(key, node)| node.twice().map(|rest| format!("/{}{rest}", escape(key))))
            }
            Node::List(list) => list.iter().enumerate().find_map(|(i, n)| n.twice().map(|rest| format!("/{i}{rest}"))),
            _ => None,
        }
    }
}

/// The first key that stands twice. Small objects are compared pairwise, large ones through a set.
fn repeated<'m>(members: &'m [(Cow<'_, str>, Node<'_>)]) -> Option<&'m str> {
    if members.len() <= 24 {
        return members
            .iter()
            .enumerate()
            .find_map(|(i, (key, _))| members.iter().take(i).any(|(k, _)| k == key).then_some(key.as_ref()));
    }
    let mut seen = std::collections::HashSet::with_capacity(members.len());
    members.iter().find(|(key, _)| !seen.insert(key.as_ref())).map(|(key, _)| key.as_ref())
}

/// One reference token of a JSON pointer (RFC 6901 §3).
pub fn escape(key: &str) -> Cow<'_, str> {
    if key.contains(['~', '/']) { Cow::Owned(key.replace('~', "~0").replace('/', "~1")) } else { Cow::Borrowed(key) }
}
