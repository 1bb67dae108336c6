//! `cargo xtask …`: everything the project does besides compiling, from a machine that has only rustup's Rust.
//!
//! Each step says what it does before it does it, and fails with one sentence that says what to do.

mod bench;
mod browser;
mod finish;
mod headers;
mod help;
mod prove;
mod run;
mod server;
mod site;
mod test;
mod tools;

use run::{Failure, Outcome};

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&words) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(Failure(sentence)) => {
            eprintln!("\n{sentence}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn dispatch(words: &[&str]) -> Outcome<()> {
    match words {
        ["serve", rest @ ..] => site::serve(rest),
        ["build"] => site::build(),
        ["test", rest @ ..] => test::all(rest),
        ["e2e", rest @ ..] => test::end_to_end_only(rest),
        ["shots", rest @ ..] => test::shots(rest),
        ["prove", rest @ ..] => prove::prove(rest),
        ["bench", rest @ ..] => bench::bench(rest),
        ["inspect", files @ ..] => {
            let mut command = run::cargo(&["run", "--quiet", "--locked", "--release", "--example", "inspect", "--"]);
            command.args(files);
            run::check(&mut command, "Give the files to look at: cargo xtask inspect FILE…")
        }
        ["tools"] => tools::all().map(|_| ()),
        ["headers"] => headers::write(),
        // Trunk calls this after each build, before the result becomes dist/.
        ["finish"] => finish::hook(),
        _ => {
            println!("{}", help::TEXT);
            if words.is_empty() || words == ["help"] {
                Ok(())
            } else {
                Err(Failure::new("That task is not known; the list stands above."))
            }
        }
    }
}
