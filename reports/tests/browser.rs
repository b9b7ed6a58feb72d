//! The page in a real browser at the widths of a phone, a laptop and a large
//! screen: nothing sticks out, no text of a plot is cut or overlaps another.

mod folder;

use folder::{LARGE, SMALL, Shape, write};
use stackmap_reports::{Rules, load, write_report};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const WIDTHS: [u32; 3] = [360, 1280, 1920];

/// Loads the page in a frame of each width and writes what is wrong into the
/// document, which the browser then prints.
const PROBE: &str = r#"<!doctype html><title>probe</title><pre id="found"></pre><script>
const found = [], widths = WIDTHS;
function crosses(a, b) {
  const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return x > 1 && y > 4;
}
function inspect(frame, width) {
  const page = frame.contentDocument, limit = page.documentElement.clientWidth;
  for (const details of page.querySelectorAll('details')) details.open = true;
  if (page.documentElement.scrollWidth > limit) found.push(width + ': the page scrolls sideways');
  for (const e of page.querySelectorAll('body *'))
    if (!e.closest('.scroll') && e.getBoundingClientRect().right > limit + 1)
      found.push(width + ': ' + e.tagName + ' sticks out: ' + e.textContent.slice(0, 40));
  for (const svg of page.querySelectorAll('svg')) {
    const box = svg.getBoundingClientRect(), id = svg.querySelector('title').id;
    const texts = [...svg.querySelectorAll('text')].map(t => [t.textContent.trim(), t.getBoundingClientRect(), t]);
    texts.forEach(([text, b, element], i) => {
      if (b.left < box.left - 1 || b.right > box.right + 1 || b.top < box.top - 1 || b.bottom > box.bottom + 1)
        found.push(width + ': ' + id + ': cut: ' + text);
      const size = parseFloat(element.getAttribute('font-size')) * box.width / svg.viewBox.baseVal.width;
      if (size < 10) found.push(width + ': ' + id + ': text of ' + size.toFixed(1) + ' px');
      for (const [other, c] of texts.slice(0, i))
        if (crosses(b, c)) found.push(width + ': ' + id + ': ' + text + ' overlaps ' + other);
    });
  }
}
let left = widths.length;
for (const width of widths) {
  const frame = document.createElement('iframe');
  frame.width = width; frame.height = 2000; frame.src = 'report.html';
  frame.onload = () => {
    inspect(frame, width);
    if (--left === 0) document.getElementById('found').textContent = 'inspected\n' + found.join('\n') + '\nend';
  };
  document.body.append(frame);
}
</script>"#;

fn browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let candidates = std::env::split_paths(&path).flat_map(|dir| names.map(|n| dir.join(n)));
    candidates.into_iter().find(|file| file.is_file())
}

fn probe(browser: &Path, dir: &Path) -> String {
    let page = dir.join("probe.html");
    fs::write(&page, PROBE.replace("WIDTHS", &format!("{WIDTHS:?}"))).unwrap();
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ])
        .args([
            "--allow-file-access-from-files",
            "--virtual-time-budget=20000",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let found = text
        .split("inspected\n")
        .nth(1)
        .and_then(|t| t.split("\nend").next());
    found
        .unwrap_or_else(|| panic!("the browser did not finish:\n{text}"))
        .to_owned()
}

/// Writes the report of the run that `results` leaves in a folder, and looks.
fn check(name: &str, results: impl Fn(&Path) -> PathBuf) {
    let Some(browser) = browser() else {
        eprintln!("SKIPPED: no chromium on the PATH, so no page was looked at");
        return;
    };
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    let results = load(&results(&dir)).unwrap();
    write_report(&results, &dir, &Rules::default()).unwrap();
    let found = probe(&browser, &dir);
    assert!(found.is_empty(), "{found}");
}

fn made_up(shape: Shape) -> impl Fn(&Path) -> PathBuf {
    move |dir| {
        write(dir, shape);
        dir.to_owned()
    }
}

#[test]
fn a_small_report_fits_every_width() {
    check("browser-small", made_up(SMALL));
}

#[test]
fn a_large_report_fits_every_width() {
    check("browser-large", made_up(LARGE));
}

/// The only one with all the files that a real run leaves.
#[test]
fn the_published_report_fits_every_width() {
    check("browser-published", |_| {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("published")
    });
}
