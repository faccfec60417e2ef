//! Balanced assignment: every case gets the same number of different reviewers, nobody above what they take on, loads as even as the
//! conflicts allow.
//!
//! Successive shortest augmenting paths on the bipartite graph (for one reviewer each this is the optimal semi-matching of Harvey,
//! Ladner, Lovász and Tamir, J. Algorithms 59, 2006). Only the reviewer at a path's end gains a case, so the shortest path is the one
//! that ends at the least loaded reachable reviewer; the sum of squared loads is then the least there is, and a case that finds no
//! path has none in any assignment.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A case for which the reviewers who could take it have no room, nor can they be relieved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stuck {
    pub(crate) case: usize,
    /// How many it was given before.
    pub(crate) given: usize,
}

/// Who may take what, and how much: reviewers by number, each with its room.
pub(crate) struct Network {
    /// For each case, the reviewers without a conflict, ascending.
    pub(crate) eligible: Vec<Vec<usize>>,
    /// For each reviewer, the most cases they take on.
    pub(crate) room: Vec<usize>,
}

struct Assignment {
    by_case: Vec<BTreeSet<usize>>,
    by_reviewer: Vec<BTreeSet<usize>>,
}

/// For each case its reviewers, ascending.
pub(crate) fn balanced(network: &Network, each: usize) -> Result<Vec<BTreeSet<usize>>, Stuck> {
    let mut made =
        Assignment { by_case: vec![BTreeSet::new(); network.eligible.len()], by_reviewer: vec![BTreeSet::new(); network.room.len()] };
    for case in 0..network.eligible.len() {
        for given in 0..each {
            let path = made.shortest_path(network, case).ok_or(Stuck { case, given })?;
            made.augment(&path);
        }
    }
    Ok(made.by_case)
}

/// How the search came to a reviewer: from which case, and how it came to that case.
struct Reached {
    from: BTreeMap<usize, usize>,
    via: BTreeMap<usize, usize>,
}

impl Assignment {
    fn load(&self, reviewer: usize) -> usize {
        self.by_reviewer.get(reviewer).map_or(0, BTreeSet::len)
    }

    /// Cases and reviewers alternately, from the case to a reviewer with room: the least loaded one; among those, the one who has met
    /// the case's other reviewers least (which ties the panel together and lets severities be compared); among those, the first.
    fn shortest_path(&self, network: &Network, case: usize) -> Option<Vec<(usize, usize)>> {
        let mut reached = Reached { from: BTreeMap::new(), via: BTreeMap::new() };
        let mut waiting = VecDeque::from([case]);
        while let Some(current) = waiting.pop_front() {
            for reviewer in network.eligible.get(current)? {
                if self.by_case.get(current)?.contains(reviewer) || reached.from.contains_key(reviewer) {
                    continue;
                }
                reached.from.insert(*reviewer, current);
                for relieved in self.by_reviewer.get(*reviewer)? {
                    if *relieved != case && !reached.via.contains_key(relieved) {
                        reached.via.insert(*relieved, *reviewer);
                        waiting.push_back(*relieved);
                    }
                }
            }
        }
        let has_room = |r: &&usize| network.room.get(**r).is_some_and(|room| self.load(**r) < *room);
        let end = reached.from.keys().filter(has_room).min_by_key(|r| (self.load(**r), self.met(case, **r), **r)).copied()?;
        reached.path(case, end)
    }

    /// How often a reviewer already sits beside the reviewers of a case.
    fn met(&self, case: usize, reviewer: usize) -> usize {
        let Some(own) = self.by_reviewer.get(reviewer) else { return 0 };
        let others = self.by_case.get(case).into_iter().flatten();
        others.filter_map(|o| self.by_reviewer.get(*o)).map(|cases| cases.intersection(own).count()).sum()
    }

    /// Gives each case on the path its new reviewer and takes the one it passes on.
    fn augment(&mut self, path: &[(usize, usize)]) {
        let mut passed_on: Option<usize> = None;
        for (case, reviewer) in path {
            if let (Some(old), Some(reviewers)) = (passed_on, self.by_case.get_mut(*case)) {
                reviewers.remove(&old);
                if let Some(cases) = self.by_reviewer.get_mut(old) {
                    cases.remove(case);
                }
            }
            if let Some(reviewers) = self.by_case.get_mut(*case) {
                reviewers.insert(*reviewer);
            }
            if let Some(cases) = self.by_reviewer.get_mut(*reviewer) {
                cases.insert(*case);
            }
            passed_on = Some(*reviewer);
        }
    }
}

impl Reached {
    /// The edges to add, from the start on: each case takes the reviewer beside it and, but for the first, gives up the reviewer that
    /// the case before took.
    fn path(&self, start: usize, end: usize) -> Option<Vec<(usize, usize)>> {
        let mut path = Vec::new();
        let mut reviewer = end;
        loop {
            let case = *self.from.get(&reviewer)?;
            path.push((case, reviewer));
            if case == start {
                path.reverse();
                return Some(path);
            }
            reviewer = *self.via.get(&case)?;
        }
    }
}
