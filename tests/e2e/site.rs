//! Another copy of the release on a port of its own, changed as a test needs it.

use crate::given;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A served folder; the server ends when this is dropped.
pub struct Site {
    pub address: String,
    pub folder: PathBuf,
    server: Child,
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Site {
    /// The release as it is, in a folder that a test may change.
    pub fn copied(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("site-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("dist"), &folder);
        Self::serve(folder)
    }

    /// The release for a device whose clock is this many seconds ahead.
    pub fn with_clock(name: &str, seconds: i64) -> Self {
        let site = Self::copied(name);
        let script = site.folder.join("worker/record.js");
        let text = std::fs::read_to_string(&script).unwrap();
        let clock = format!(
            "const Real = Date;
             const ahead = {seconds} * 1000;
             globalThis.Date = class extends Real {{
               constructor(...given) {{ if (given.length === 0) super(Real.now() + ahead); else super(...given); }}
               static now() {{ return Real.now() + ahead; }}
             }};\n"
        );
        std::fs::write(&script, format!("{text}{clock}")).unwrap();
        site
    }

    fn serve(folder: PathBuf) -> Self {
        let mut server = Command::new(given("TESSERA_XTASK"))
            .args(["serve", "--fast", "--port", "0", "--folder"])
            .arg(&folder)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let stdout = BufReader::new(server.stdout.take().unwrap());
        let address = stdout
            .lines()
            .map_while(Result::ok)
            .find_map(|line| Some(format!("http://{}", line.split_once("http://")?.1.split(' ').next()?)))
            .expect("the server says its address");
        Self { address, folder, server }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
