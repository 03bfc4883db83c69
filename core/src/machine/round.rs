//! Pages that come round: whether where one ends was the end of one before it, so that there would be no end of pages.
//!
//! Only one earlier end is kept, each time twice as long, so that pages of any number take no memory, and a circle of any
//! length is found within a few rounds of it. See
//! [Cycle detection](https://en.wikipedia.org/wiki/Cycle_detection#Brent's_algorithm).

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Round<T> {
    mark: Option<T>,
    /// The ends since the mark was set, and after how many it is set anew.
    ends: u64,
    most: u64,
}

impl<T: Clone + PartialEq> Round<T> {
    /// Pages that go on from here; from the beginning where this is none.
    pub(super) fn from(start: Option<T>) -> Self {
        Self { mark: start, ends: 0, most: 1 }
    }

    /// Notes where a page ended; whether another one is known to have ended there, or the first one to have begun there.
    pub(super) fn closes_at(&mut self, end: &T) -> bool {
        if self.mark.as_ref() == Some(end) {
            return true;
        }
        self.ends += 1;
        if self.ends == self.most {
            self.mark = Some(end.clone());
            (self.ends, self.most) = (0, self.most.saturating_mul(2));
        }
        false
    }
}

/// What such pages end with.
pub(super) fn problem() -> String {
    "a page ended where an earlier one did, so that there would be no end of pages".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_circle_is_found_soon_and_nothing_else() {
        for start in [None, Some(1_000)] {
            let mut round = Round::from(start);
            assert!((0..1_000).all(|end| !round.closes_at(&end)));
        }
        let mut round = Round::from(Some(7));
        assert!(round.closes_at(&7), "it ends where it began");
        for before in 0..20 {
            for length in 1..20 {
                let mut round = Round::from(None);
                let ends = (0..before).chain((before..before + length).cycle());
                let found = ends.take(200).position(|end| round.closes_at(&end));
                assert!(found.is_some_and(|at| at <= 3 * (before + length)), "{before}, {length}: {found:?}");
            }
        }
    }
}
