//! Drawing codes: text to modules (ISO/IEC 18004), as a plain matrix that any surface can draw.

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

use super::{ShareError, digits};

/// Where a code will be shown, which decides how much damage it must bear and how dense it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// A screen read by a camera: correction level L, at most version 25.
    Screen,
    /// A screen read by a phone's own camera app: L, at most version 22.
    PhoneCamera,
    /// Paper: M, at most version 22.
    Paper,
}

impl Surface {
    /// The highest version allowed.
    pub const fn max_version(self) -> u8 {
        match self {
            Surface::Screen => 25,
            Surface::PhoneCamera | Surface::Paper => 22,
        }
    }

    fn ecc(self) -> QrCodeEcc {
        match self {
            Surface::Paper => QrCodeEcc::Medium,
            _ => QrCodeEcc::Low,
        }
    }

    /// Data codewords of a version at this surface's correction level (ISO/IEC 18004 table 7).
    fn codewords(self, version: u8) -> usize {
        let table = match self {
            Surface::Paper => &MEDIUM,
            _ => &LOW,
        };
        table.get(usize::from(version).wrapping_sub(1)).copied().unwrap_or(0).into()
    }

    /// How many bytes, as base10 digits, fit into a code of this version after a prefix of so many characters.
    pub fn room(self, version: u8, prefix: usize) -> usize {
        let (byte_count, digit_count) = match version {
            1..=9 => (8, 10),
            _ => (16, 12),
        };
        let bits = (self.codewords(version) * 8).saturating_sub(4 + byte_count + prefix * 8 + 4 + digit_count);
        let tail = match bits % 10 {
            7.. => 2,
            4.. => 1,
            _ => 0,
        };
        digits::room(bits / 10 * 3 + tail)
    }
}

const LOW: [u16; 25] = [
    19, 34, 55, 80, 108, 136, 156, 194, 232, 274, 324, 370, 428, 461, 523, 589, 647, 721, 795, 861, 932, 1006, 1094,
    1174, 1276,
];
const MEDIUM: [u16; 25] = [
    16, 28, 44, 64, 86, 108, 124, 154, 182, 216, 254, 290, 334, 365, 415, 453, 507, 563, 627, 669, 714, 782, 860, 914,
    1000,
];

/// A drawn code: a square of light and dark modules, without its quiet zone of four light modules on each side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Version, 1 to 25.
    pub version: u8,
    /// Modules along one side: 17 + 4 × version.
    pub size: usize,
    /// Row by row, `true` is dark; `size × size` of them.
    pub modules: Vec<bool>,
}

impl Code {
    /// Draws a text: a byte segment for the prefix, a numeric one for the digits.
    ///
    /// Errors: [`ShareError::TooLong`] if it does not fit the surface, [`ShareError::Malformed`] if `digits` has others.
    pub fn draw(prefix: &str, digits: &str, surface: Surface) -> Result<Code, ShareError> {
        // The longest numeric segment of a version 25 code; also keeps the encoder's own limits out of reach.
        if digits.len() > 3_060 || prefix.len() > 1_273 {
            return Err(ShareError::TooLong);
        }
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ShareError::Malformed);
        }
        let segments = [QrSegment::make_bytes(prefix.as_bytes()), QrSegment::make_numeric(digits)];
        let highest = Version::new(surface.max_version());
        // Where the version has room to spare, a higher correction level costs nothing.
        let code = QrCode::encode_segments_advanced(&segments, surface.ecc(), Version::MIN, highest, None, true)
            .map_err(|_| ShareError::TooLong)?;
        let side = code.size();
        let modules = (0..side).flat_map(|y| (0..side).map(move |x| (x, y))).map(|(x, y)| code.get_module(x, y));
        Ok(Code { version: code.version().value(), size: side.unsigned_abs() as usize, modules: modules.collect() })
    }

    /// Whether a module is dark; outside the square all are light.
    pub fn dark(&self, x: usize, y: usize) -> bool {
        x < self.size && self.modules.get(y * self.size + x).copied().unwrap_or(false)
    }

    /// The dark modules as an SVG path in units of one module, the quiet zone of four included: draw it in a view box
    /// of [`Code::view`] modules a side.
    pub fn path(&self) -> String {
        let mut out = String::new();
        for y in 0..self.size {
            let mut x = 0;
            while x < self.size {
                let run = (x..self.size).take_while(|x| self.dark(*x, y)).count();
                if run > 0 {
                    out.push_str(&format!("M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET));
                }
                x += run.max(1);
            }
        }
        out
    }

    /// Modules along one side with the quiet zone.
    pub fn view(&self) -> usize {
        self.size + 2 * QUIET
    }
}

/// Light modules around a code (ISO/IEC 18004 §9.1).
pub const QUIET: usize = 4;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::*;

    fn check(surface: Surface, version: u8, prefix: &str) {
        let fits = surface.room(version, prefix.len());
        let code = Code::draw(prefix, &digits::encode(&vec![0xa7; fits]), surface).unwrap();
        assert_eq!(code.version, version, "{fits} bytes fit {surface:?}");
        assert_eq!(code.size, 17 + 4 * usize::from(version));
        match Code::draw(prefix, &digits::encode(&vec![0xa7; fits + 1]), surface) {
            Ok(next) => assert_eq!(next.version, version + 1, "and not one byte more"),
            Err(error) => assert_eq!((error, version), (ShareError::TooLong, surface.max_version())),
        }
    }

    #[test]
    fn room_is_exactly_what_fits() {
        for surface in [Surface::Screen, Surface::PhoneCamera, Surface::Paper] {
            for version in 2..=surface.max_version() {
                check(surface, version, "#c1/s/");
            }
        }
        check(Surface::Screen, 25, "https://records.example.org/#c1/g/");
    }

    #[test]
    fn only_digits_are_drawn() {
        assert_eq!(Code::draw("#c1/s/", "12a", Surface::Screen), Err(ShareError::Malformed));
        assert_eq!(Code::draw("#c1/s/", &"1".repeat(100_000), Surface::Screen), Err(ShareError::TooLong));
    }

    #[test]
    fn the_path_covers_each_dark_module_once() {
        let code = Code::draw("#c1/s/", "0123456789", Surface::Paper).unwrap();
        let dark: usize = code
            .path()
            .split('h')
            .skip(1)
            .filter_map(|part| part.split('v').next())
            .filter_map(|run| run.parse::<usize>().ok())
            .sum();
        assert_eq!(dark, code.modules.iter().filter(|m| **m).count());
    }
}
