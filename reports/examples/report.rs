//! Renders a results folder: `cargo run --release --example report -- DIR [WEIGHTS]`.

use stackmap_reports::{Weights, load, terminal_summary, write_report};
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(dir) = arguments.next() else {
        eprintln!("usage: report DIR [bytes=0.5,hot=0.25,cold=0.25]");
        return ExitCode::from(2);
    };
    match render(Path::new(&dir), arguments.next()) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn render(dir: &Path, weights: Option<String>) -> Result<String, Box<dyn Error>> {
    let weights = weights.map_or(Ok(Weights::default()), |w| w.parse())?;
    let results = load(dir)?;
    let report = write_report(&results, dir, &weights)?;
    Ok(format!(
        "{}{}\n",
        terminal_summary(&results),
        report.display()
    ))
}
