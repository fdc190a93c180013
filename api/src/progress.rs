//! Progress of long work: bars on a terminal, plain lines otherwise.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::output::say;

/// Shows the progress of stages that follow each other.
pub struct Stages {
    bar: Option<ProgressBar>,
    current: Mutex<String>,
}

impl Default for Stages {
    fn default() -> Self {
        Self::new()
    }
}

impl Stages {
    /// A bar when standard error is a terminal, lines otherwise.
    #[must_use]
    pub fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(0);
            let style = ProgressStyle::with_template("{spinner} {msg} [{bar:30}] {pos}/{len} {elapsed}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("█▓░"));
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar, current: Mutex::new(String::new()) }
    }

    /// Says how far a stage is.
    pub fn tell(&self, stage: &str, done: u64, total: u64) {
        let mut current = self.current.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_new = *current != stage;
        if is_new {
            stage.clone_into(&mut current);
        }
        match &self.bar {
            Some(bar) => {
                bar.set_message(stage.to_owned());
                bar.set_length(total.max(1));
                bar.set_position(done);
            }
            None if is_new => say(format!("· {stage}")),
            None => {}
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
