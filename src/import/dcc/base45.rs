/// Base45 (RFC 9285): three characters for two bytes, two for one. `None` for anything else.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let value = |c: &u8| ALPHABET.iter().position(|a| a == c).map(|p| p as u32);
    let mut out = Vec::with_capacity(text.len() / 3 * 2 + 1);
    for group in text.as_bytes().chunks(3) {
        match group {
            [a, b, c] => {
                let sum = value(a)? + value(b)? * 45 + value(c)? * 45 * 45;
                out.extend(u16::try_from(sum).ok()?.to_be_bytes());
            }
            [a, b] => out.push(u8::try_from(value(a)? + value(b)? * 45).ok()?),
            _ => return None,
        }
    }
    Some(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&[u8]>) {
        assert_eq!(decode(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn the_examples_of_the_standard_decode() {
        check("BB8", Some(b"AB"));
        check("%69 VD92EX0", Some(b"Hello!!"));
        check("UJCLQE7W581", Some(b"base-45"));
        check("QED8WEX0", Some(b"ietf!"));
        check("", Some(b""));
        check("GGW", None);
        check(":::", None);
        check("::", None);
        check("A", None);
        check("ab", None);
    }
}
