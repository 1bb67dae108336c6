//! Chromium and ChromeDriver: the system's, from Debian's packages when missing.

use crate::run::{self, Failure, Outcome};
use std::path::PathBuf;

pub struct Browser {
    pub chromium: PathBuf,
    pub chromedriver: PathBuf,
}

pub fn find() -> Outcome<Browser> {
    if look().is_none() {
        run::apt(&["chromium", "chromium-driver"])?;
    }
    look().ok_or_else(|| Failure::new("Chromium and ChromeDriver are not in PATH; install both (Debian: chromium, chromium-driver), then run this again."))
}

fn look() -> Option<Browser> {
    Some(Browser { chromium: run::has("chromium")?, chromedriver: run::has("chromedriver")? })
}
