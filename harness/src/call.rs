//! How a subcommand was called, flag by flag: what tells one run from another,
//! and how to call it again.

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::collections::BTreeMap;
use std::path::Path;

/// The flags that say where results go, by clap's names.
const PLACE: [&str; 3] = ["out", "resume", "force"];
/// The flags that may differ between a run and what goes on with it: how much
/// it measures, where the corpus lies, what a compile may use, and how the
/// result is judged.
const FREE: [&str; 8] = [
    "runs",
    "processes",
    "seconds",
    "over",
    "corpus",
    "memory",
    "minutes",
    "rules",
];

/// What was asked for, by flag: `--seed` and the like, or the name of what
/// stands without one. Defaults are among it.
pub type RunOptions = BTreeMap<String, Vec<String>>;

/// One call of the lab.
pub struct Call {
    program: String,
    subcommand: String,
    flags: Vec<Flag>,
}

struct Flag {
    /// Clap's name for it.
    id: String,
    /// With dashes, or nothing if its values stand without a flag.
    long: Option<String>,
    is_given: bool,
    /// A switch has no values.
    is_switch: bool,
    values: Vec<String>,
}

impl Call {
    /// Takes a call apart that clap has accepted.
    pub fn new(program: &str, lab: &Command, matches: &ArgMatches) -> Call {
        let (name, matches) = matches.subcommand().unwrap_or(("", matches));
        let arguments = lab.find_subcommand(name).unwrap_or(lab).get_arguments();
        Call {
            program: program.to_owned(),
            subcommand: name.to_owned(),
            flags: arguments.map(|arg| Flag::of(arg, matches)).collect(),
        }
    }

    pub fn subcommand(&self) -> &str {
        &self.subcommand
    }

    /// Whether the subcommand can go on with an interrupted run.
    pub fn is_resumable(&self) -> bool {
        self.flags.iter().any(|flag| flag.id == "resume")
    }

    /// What shapes the run.
    pub fn options(&self) -> RunOptions {
        let shaping = self.flags.iter().filter(|flag| {
            let id = flag.id.as_str();
            flag.is_set() && !PLACE.contains(&id) && !FREE.contains(&id)
        });
        let option = |flag: &Flag| {
            let name = flag.long.as_ref().unwrap_or(&flag.id);
            (name.clone(), flag.values.clone())
        };
        shaping.map(option).collect()
    }

    /// The command line that goes on with this run in `dir`, or does it again.
    pub fn again(&self, dir: &Path) -> String {
        let mut words = vec![self.program.clone(), self.subcommand.clone()];
        let given = |flag: &&Flag| flag.is_given && !PLACE.contains(&flag.id.as_str());
        for flag in self.flags.iter().filter(given) {
            words.extend(flag.words());
        }
        let place = if self.is_resumable() {
            "--resume"
        } else {
            "--out"
        };
        words.extend([place.to_owned(), dir.display().to_string()]);
        // Only what no argument can contain cannot be quoted.
        shlex::try_join(words.iter().map(String::as_str)).unwrap_or_default()
    }
}

impl Flag {
    fn of(arg: &Arg, matches: &ArgMatches) -> Flag {
        let id = arg.get_id().as_str();
        let is_switch = matches!(arg.get_action(), ArgAction::SetTrue);
        let raw = matches.try_get_raw(id).ok().flatten();
        let raw = raw.filter(|_| !is_switch).into_iter().flatten();
        let is_known = matches.try_contains_id(id).is_ok();
        let source = is_known.then(|| matches.value_source(id)).flatten();
        Flag {
            id: id.to_owned(),
            long: arg.get_long().map(|long| format!("--{long}")),
            is_given: source == Some(ValueSource::CommandLine),
            is_switch,
            values: raw.map(|v| v.to_string_lossy().into()).collect(),
        }
    }

    /// Whether it says something, by default or on the command line.
    fn is_set(&self) -> bool {
        match self.is_switch {
            true => self.is_given,
            false => !self.values.is_empty(),
        }
    }

    /// As it is written on a command line.
    fn words(&self) -> Vec<String> {
        let long = self.long.iter().cloned();
        if self.is_switch {
            return long.collect();
        }
        let each = self
            .values
            .iter()
            .flat_map(|value| long.clone().chain([value.clone()]));
        each.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};

    #[derive(Parser)]
    struct Lab {
        #[command(subcommand)]
        _command: Subcommand,
    }

    #[derive(clap::Subcommand)]
    enum Subcommand {
        Measure {
            #[arg(short, long = "module")]
            modules: Vec<String>,
            #[arg(long, default_value_t = 1)]
            seed: u64,
            #[arg(long)]
            quick: bool,
            #[arg(long)]
            processes: Option<usize>,
            #[arg(short, long)]
            out: Option<String>,
            #[arg(long)]
            resume: Option<String>,
        },
    }

    fn call(arguments: &str) -> Call {
        let mut lab = Lab::command();
        let words = ["lab", "measure"]
            .into_iter()
            .chain(arguments.split_whitespace());
        let matches = lab.try_get_matches_from_mut(words).unwrap();
        Call::new("lab", &lab, &matches)
    }

    #[test]
    fn a_run_is_told_by_what_shapes_it_however_that_is_written() {
        let one = call("-m a --out x --processes 2");
        assert_eq!(
            one.options(),
            call("--seed 1 --module=a --resume x").options()
        );
        assert_ne!(one.options(), call("-m a -m b").options());
        assert_ne!(one.options(), call("-m a --quick").options());
    }

    #[test]
    fn the_same_call_goes_on_in_the_folder() {
        let again = call("-m ^a(b) -m c --quick --processes 2 -o x").again(Path::new("a b"));
        let expected =
            "lab measure --module '^a(b)' --module c --quick --processes 2 --resume 'a b'";
        assert_eq!(again, expected);
    }
}
