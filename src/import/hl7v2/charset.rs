use encoding_rs::Encoding;

/// The encoding that a message's MSH-18 names (HL7 table 0211), where it is one of those that no byte shows by itself:
/// ISO 8859-x and the like. `None` for ASCII, Unicode, for what is unknown, and for files of another kind.
pub fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..8192).unwrap_or(bytes);
    let start = head.windows(3).position(|w| w == b"MSH").filter(|p| *p < 4096)?;
    // Only a message's own head counts, or the one behind a batch's.
    if !head.starts_with(b"MSH") && !head.starts_with(b"FHS") && !head.starts_with(b"BHS") && head.first() != Some(&0xB)
    {
        return None;
    }
    let line = head.get(start..)?.split(|b| matches!(b, b'\r' | b'\n')).next()?;
    let mark = *line.get(3)?;
    let field = line.split(|b| *b == mark).nth(17)?;
    let name = field.split(|b| *b == b'~').next()?;
    let name = std::str::from_utf8(name).ok()?.trim();
    if let Some(part) = name.strip_prefix("8859/").or_else(|| name.strip_prefix("8859-")) {
        return Encoding::for_label(format!("iso-8859-{part}").as_bytes());
    }
    match name {
        "ISO IR87" | "ISO IR14" | "ISO IR159" => Some(encoding_rs::ISO_2022_JP),
        "GB 18030-2000" => Some(encoding_rs::GB18030),
        "KS X 1001" => Some(encoding_rs::EUC_KR),
        "BIG-5" | "CNS 11643-1992" => Some(encoding_rs::BIG5),
        _ => None,
    }
}
