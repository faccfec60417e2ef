//! How far the demonstration is, line by line, for people who wait.

use banso_kernel::Lang;

/// At most this many lines.
const LINES: usize = 24;

/// Counts what was done and says so now and then.
#[derive(Debug)]
pub(crate) struct Progress {
    all: usize,
    done: usize,
    said: usize,
    lang: Lang,
    voice: Voice,
}

/// Whether anybody listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Voice {
    Aloud,
    #[cfg(test)]
    Silent,
}

impl Progress {
    pub(crate) fn new(all: usize, lang: Lang, voice: Voice) -> Self {
        Progress { all, done: 0, said: 0, lang, voice }
    }

    /// One more is done. `what` is what comes next, in both languages.
    pub(crate) fn step(&mut self, ja: &str, en: &str) {
        self.done += 1;
        let due = self.done * LINES / self.all.max(1);
        if due > self.said || self.done == self.all {
            self.said = due;
            self.say(ja, en);
        }
    }

    fn say(&self, ja: &str, en: &str) {
        let head = self.lang.pick("デモを作っています", "Making the demonstration");
        match self.voice {
            Voice::Aloud => complain!("{head} {:>3}/{}  {}", self.done, self.all, self.lang.pick(ja, en)),
            #[cfg(test)]
            Voice::Silent => {}
        }
    }
}
