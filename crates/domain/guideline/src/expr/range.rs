//! Sets of points on a line as sorted, disjoint ranges: the arithmetic under table cells.

/// One end of a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End<T> {
    Open,
    Including(T),
    Excluding(T),
}

/// A line of points. A whole line has a next and a previous point; a fine line has points between any two.
pub(crate) trait Line: Clone + Ord {
    /// The nearest whole point at or above, if the line is whole.
    fn at_or_above(&self, whole: Wholeness) -> Option<Self>;
    /// The nearest whole point at or below.
    fn at_or_below(&self, whole: Wholeness) -> Option<Self>;
    fn next(&self) -> Option<Self>;
    fn previous(&self) -> Option<Self>;
    /// A point strictly between two.
    fn between(low: &Self, high: &Self) -> Option<Self>;
}

/// Whether a line has points between its whole ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wholeness {
    Whole,
    Fine,
}

/// The points between two ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Range<T> {
    pub(crate) low: End<T>,
    pub(crate) high: End<T>,
}

impl<T: Line> Range<T> {
    pub(crate) fn all() -> Self {
        Range { low: End::Open, high: End::Open }
    }

    /// The same points with closed ends, where the line is whole.
    fn tidy(&self, whole: Wholeness) -> Range<T> {
        if whole == Wholeness::Fine {
            return self.clone();
        }
        let low = match &self.low {
            End::Open => End::Open,
            End::Including(v) => v.at_or_above(whole).map_or(End::Open, End::Including),
            End::Excluding(v) => first_above(v, whole).map_or(End::Open, End::Including),
        };
        let high = match &self.high {
            End::Open => End::Open,
            End::Including(v) => v.at_or_below(whole).map_or(End::Open, End::Including),
            End::Excluding(v) => last_below(v, whole).map_or(End::Open, End::Including),
        };
        Range { low, high }
    }

    fn is_empty(&self) -> bool {
        match (&self.low, &self.high) {
            (End::Open, _) | (_, End::Open) => false,
            (End::Including(a), End::Including(b)) => a > b,
            (End::Including(a) | End::Excluding(a), End::Including(b) | End::Excluding(b)) => a >= b,
        }
    }

    pub(crate) fn contains(&self, point: &T) -> bool {
        let above = match &self.low {
            End::Open => true,
            End::Including(v) => point >= v,
            End::Excluding(v) => point > v,
        };
        let below = match &self.high {
            End::Open => true,
            End::Including(v) => point <= v,
            End::Excluding(v) => point < v,
        };
        above && below
    }

    fn meet(&self, other: &Range<T>) -> Range<T> {
        let low = if starts_before(&self.low, &other.low) { &other.low } else { &self.low };
        let high = if ends_before(&self.high, &other.high) { &self.high } else { &other.high };
        Range { low: low.clone(), high: high.clone() }
    }

    /// Some point of the range, preferably one of its ends.
    fn sample(&self, origin: &T) -> Option<T> {
        match (&self.low, &self.high) {
            (_, End::Including(v)) | (End::Including(v), _) => Some(v.clone()),
            (End::Open, End::Open) => Some(origin.clone()),
            (End::Excluding(v), End::Open) => v.next(),
            (End::Open, End::Excluding(v)) => v.previous(),
            (End::Excluding(a), End::Excluding(b)) => T::between(a, b),
        }
    }
}

fn first_above<T: Line>(v: &T, whole: Wholeness) -> Option<T> {
    let at = v.at_or_above(whole)?;
    if at == *v { at.next() } else { Some(at) }
}

fn last_below<T: Line>(v: &T, whole: Wholeness) -> Option<T> {
    let at = v.at_or_below(whole)?;
    if at == *v { at.previous() } else { Some(at) }
}

/// Whether a low end begins before another.
fn starts_before<T: Ord>(a: &End<T>, b: &End<T>) -> bool {
    match (a, b) {
        (_, End::Open) => false,
        (End::Open, _) => true,
        (End::Including(x), End::Excluding(y)) => x <= y,
        (End::Including(x) | End::Excluding(x), End::Including(y) | End::Excluding(y)) => x < y,
    }
}

/// Whether a high end stops before another.
fn ends_before<T: Ord>(a: &End<T>, b: &End<T>) -> bool {
    match (a, b) {
        (End::Open, _) => false,
        (_, End::Open) => true,
        (End::Excluding(x), End::Including(y)) => x <= y,
        (End::Including(x) | End::Excluding(x), End::Including(y) | End::Excluding(y)) => x < y,
    }
}

/// A set of points: sorted ranges without common points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RangeSet<T> {
    ranges: Vec<Range<T>>,
    whole: Wholeness,
}

impl<T: Line> RangeSet<T> {
    /// The union of some ranges.
    pub(crate) fn of(ranges: impl IntoIterator<Item = Range<T>>, whole: Wholeness) -> Self {
        let mut tidy: Vec<Range<T>> = ranges.into_iter().map(|r| r.tidy(whole)).filter(|r| !r.is_empty()).collect();
        tidy.sort_by(|a, b| match (starts_before(&a.low, &b.low), starts_before(&b.low, &a.low)) {
            (true, _) => std::cmp::Ordering::Less,
            (_, true) => std::cmp::Ordering::Greater,
            (false, false) => std::cmp::Ordering::Equal,
        });
        let mut merged: Vec<Range<T>> = Vec::with_capacity(tidy.len());
        for range in tidy {
            match merged.last_mut() {
                Some(last) if touches(&last.high, &range.low, whole) => {
                    if ends_before(&last.high, &range.high) {
                        last.high = range.high;
                    }
                }
                Some(_) | None => merged.push(range),
            }
        }
        RangeSet { ranges: merged, whole }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    pub(crate) fn contains(&self, point: &T) -> bool {
        let is_point = self.whole == Wholeness::Fine || point.at_or_above(self.whole).as_ref() == Some(point);
        is_point && self.ranges.iter().any(|r| r.contains(point))
    }

    pub(crate) fn union(&self, other: &Self) -> Self {
        RangeSet::of(self.ranges.iter().chain(&other.ranges).cloned(), self.whole)
    }

    pub(crate) fn intersection(&self, other: &Self) -> Self {
        let pairs = self.ranges.iter().flat_map(|a| other.ranges.iter().map(|b| a.meet(b)));
        RangeSet::of(pairs, self.whole)
    }

    pub(crate) fn complement(&self) -> Self {
        let mut gaps = Vec::with_capacity(self.ranges.len() + 1);
        let mut low = End::Open;
        for range in &self.ranges {
            if let Some(high) = opposite(&range.low) {
                gaps.push(Range { low: low.clone(), high });
            }
            match opposite(&range.high) {
                Some(next) => low = next,
                None => return RangeSet::of(gaps, self.whole),
            }
        }
        gaps.push(Range { low, high: End::Open });
        RangeSet::of(gaps, self.whole)
    }

    /// Some point of the set; `origin` when every point is in it.
    pub(crate) fn sample(&self, origin: &T) -> Option<T> {
        if self.contains(origin) {
            return Some(origin.clone());
        }
        self.ranges.iter().find_map(|r| r.sample(origin))
    }
}

/// Whether nothing lies between a high end and a following low end.
fn touches<T: Line>(high: &End<T>, low: &End<T>, whole: Wholeness) -> bool {
    match (high, low) {
        (End::Open, _) | (_, End::Open) => true,
        (End::Excluding(a), End::Excluding(b)) => a > b,
        (End::Including(a), End::Including(b)) if whole == Wholeness::Whole => a.next().is_none_or(|n| n >= *b),
        (End::Including(a) | End::Excluding(a), End::Including(b) | End::Excluding(b)) => a >= b,
    }
}

/// The end of the gap that stops where a range begins, or the reverse.
fn opposite<T: Clone>(end: &End<T>) -> Option<End<T>> {
    match end {
        End::Open => None,
        End::Including(v) => Some(End::Excluding(v.clone())),
        End::Excluding(v) => Some(End::Including(v.clone())),
    }
}
