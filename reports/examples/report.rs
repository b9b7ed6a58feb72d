//! Renders a results folder: `cargo run --release --example report -- DIR [RULES.toml]`.

use stackmap_reports::{Rules, load, terminal_summary, write_report};
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(dir) = arguments.next() else {
        eprintln!("usage: report DIR [RULES.toml]");
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

fn render(dir: &Path, rules: Option<String>) -> Result<String, Box<dyn Error>> {
    let rules = rules.map(std::fs::read_to_string).transpose()?;
    let rules = rules.map_or(Ok(Rules::default()), |text| text.parse())?;
    let results = load(dir)?;
    let report = write_report(&results, dir, &rules)?;
    Ok(format!(
        "{}{}\n",
        terminal_summary(&results),
        report.display()
    ))
}
