//! What the README says is what the published run says.

use stackmap_reports::{load, readme_results};
use std::fs;
use std::path::Path;

#[test]
fn the_readme_says_what_the_published_files_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let published = root.join("reports/published");
    let results = load(&published).unwrap();
    let expected = readme_results(&results);
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    assert!(
        readme.contains(&expected),
        "README.md is not of the run in {}; renew it with `just publish`. Expected:\n{expected}",
        published.display()
    );
    let note = fs::read_to_string(published.join("upstream.md")).unwrap();
    let recommended = expected.lines().next().unwrap();
    assert!(note.contains(recommended), "upstream.md is of another run");
}
