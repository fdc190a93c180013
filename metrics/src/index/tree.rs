//! The hierarchy of an index: indicators, the groups above them, one root.

/// What more of an indicator means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// 极大型: more is better.
    #[default]
    Positive,
    /// 极小型: less is better.
    Negative,
    /// 中间型: a single best value.
    Intermediate,
    /// 区间型: a best interval.
    Interval,
}

/// One indicator of the specification.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Indicator {
    /// Column of the data.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// The group above; the root where none is named.
    pub parent: Option<String>,
    /// Weight within its group, not negative.
    pub weight: f64,
    /// What more of it means.
    pub direction: Direction,
    /// The column to divide by.
    pub denominator: Option<String>,
    /// Fixed ends of its scale (`goalposts`), in its unit.
    pub goalposts: Option<(f64, f64)>,
    /// Whether the goalposts are on a logarithmic scale.
    pub logarithmic: bool,
    /// The value to reach (`distance_to_target`).
    pub target: Option<f64>,
    /// The best value of 中间型.
    pub best: Option<f64>,
    /// The best interval of 区间型.
    pub interval: Option<(f64, f64)>,
    /// Where 区间型 reaches zero on either side; where the data end, if not given.
    pub limits: Option<(f64, f64)>,
}

/// One group of the specification.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Group {
    /// Identifier.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// The group above; none for the root.
    pub parent: Option<String>,
    /// Weight within the group above, not negative.
    pub weight: f64,
}

/// A node of the hierarchy.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Identifier of the indicator or group.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Place of the node above; none for the root.
    pub parent: Option<usize>,
    /// Places of the nodes below; none for an indicator.
    pub children: Vec<usize>,
    /// 1 for an indicator, else one more than the highest below.
    pub level: usize,
}

/// The hierarchy. Indicators come first, in their order; then groups, each after all below it; the root is last.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tree {
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// How many of them are indicators.
    pub leaves: usize,
}

/// Identifier of the root where the specification names no group.
pub const ROOT: &str = "index";

impl Tree {
    /// Builds the hierarchy; `weights` come in the order of its nodes.
    ///
    /// # Errors
    /// What does not fit: an id twice, an unknown or circular parent, several roots, a group without members.
    pub fn build(indicators: &[Indicator], groups: &[Group]) -> Result<(Self, Vec<f64>), Vec<String>> {
        let root = Group { id: ROOT.to_owned(), name: "综合指数".to_owned(), parent: None, weight: 1.0 };
        let groups = if groups.is_empty() { std::slice::from_ref(&root) } else { groups };
        let mistakes = mistakes(indicators, groups);
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let order = bottom_up(indicators, groups).map_err(|m| vec![m])?;
        Ok(assemble(indicators, &order))
    }

    /// Place of a node.
    #[must_use]
    pub fn place(&self, id: &str) -> Option<usize> {
        self.nodes.iter().position(|n| n.id == id)
    }

    /// Place of the root.
    #[must_use]
    pub fn root(&self) -> usize {
        self.nodes.len().saturating_sub(1)
    }

    /// Groups with their place, each after all below it.
    pub fn groups(&self) -> impl DoubleEndedIterator<Item = (usize, &Node)> {
        self.nodes.iter().enumerate().skip(self.leaves)
    }

    /// The weights within each group so that they sum to 1; a group whose weights are all zero keeps zeros.
    #[must_use]
    pub fn shares(&self, weights: &[f64]) -> Vec<f64> {
        let mut shares = vec![0.0; self.nodes.len()];
        if let Some(root) = shares.last_mut() {
            *root = 1.0;
        }
        let weight = |i: usize| weights.get(i).copied().unwrap_or_default();
        for (_, group) in self.groups() {
            let total = super::stats::sum(group.children.iter().map(|c| weight(*c)));
            for child in group.children.iter().filter(|_| total > 0.0) {
                if let Some(share) = shares.get_mut(*child) {
                    *share = weight(*child) / total;
                }
            }
        }
        shares
    }

    /// The effective weight of each node at the root: its own share times that of all above it (OECD 2008, 1.6).
    #[must_use]
    pub fn effective(&self, weights: &[f64]) -> Vec<f64> {
        let mut effective = self.shares(weights);
        for (at, group) in self.groups().rev() {
            let above = effective.get(at).copied().unwrap_or_default();
            for child in &group.children {
                if let Some(own) = effective.get_mut(*child) {
                    *own *= above;
                }
            }
        }
        effective
    }
}

fn mistakes(indicators: &[Indicator], groups: &[Group]) -> Vec<String> {
    let mut found = Vec::new();
    let ids: Vec<&str> = indicators.iter().map(|i| &*i.id).chain(groups.iter().map(|g| &*g.id)).collect();
    for (at, id) in ids.iter().enumerate().filter(|(at, id)| ids.iter().take(*at).any(|i| i == *id)) {
        found.push(format!("编号 {id} 重复（第{}个）", at + 1));
    }
    let roots: Vec<&str> = groups.iter().filter(|g| g.parent.is_none()).map(|g| &*g.id).collect();
    if roots.len() != 1 {
        found.push(format!("应当恰有一个没有上级的分组作总指数，现有{}个：{}", roots.len(), roots.join("、")));
    }
    let parents = indicators.iter().map(|i| (&i.id, &i.parent)).chain(groups.iter().map(|g| (&g.id, &g.parent)));
    for (id, parent) in parents.clone().filter_map(|(id, p)| p.as_ref().map(|p| (id, p))) {
        if !groups.iter().any(|g| g.id == *parent) {
            found.push(format!("{id} 的上级 {parent} 不是任何分组"));
        }
    }
    let named: Vec<&String> = parents.filter_map(|(_, p)| p.as_ref()).collect();
    let takes_rest = |g: &Group| g.parent.is_none() && indicators.iter().any(|i| i.parent.is_none());
    for group in groups.iter().filter(|g| !takes_rest(g) && !named.contains(&&g.id)) {
        found.push(format!("分组 {} 没有下级", group.id));
    }
    found
}

/// Groups in an order in which each comes after all groups below it.
fn bottom_up<'g>(indicators: &[Indicator], groups: &'g [Group]) -> Result<Vec<&'g Group>, String> {
    let mut order: Vec<&Group> = Vec::with_capacity(groups.len());
    let mut left: Vec<&Group> = groups.iter().collect();
    while !left.is_empty() {
        let waits = |g: &Group| left.iter().any(|o| o.parent.as_ref() == Some(&g.id));
        let (ready, rest): (Vec<&Group>, Vec<&Group>) = left.iter().copied().partition(|g| !waits(g));
        if ready.is_empty() || indicators.is_empty() {
            let ids: Vec<&str> = rest.iter().map(|g| &*g.id).collect();
            return Err(format!("分组的上下级成环或没有指标：{}", ids.join("、")));
        }
        order.extend(ready);
        left = rest;
    }
    // The root waits for all others, so it is last.
    Ok(order)
}

fn assemble(indicators: &[Indicator], groups: &[&Group]) -> (Tree, Vec<f64>) {
    let leaves = indicators.len();
    let place_of = |id: &str| groups.iter().position(|g| g.id == id).map(|i| i + leaves);
    let root = leaves + groups.len() - 1;
    let node = |id: &str, name: &str, parent| Node {
        id: id.to_owned(),
        name: name.to_owned(),
        parent,
        children: Vec::new(),
        level: 1,
    };
    let mut nodes: Vec<Node> = indicators
        .iter()
        .map(|i| node(&i.id, &i.name, Some(i.parent.as_deref().and_then(place_of).unwrap_or(root))))
        .chain(groups.iter().map(|g| node(&g.id, &g.name, g.parent.as_deref().and_then(place_of))))
        .collect();
    for at in 0..nodes.len() {
        let Some((parent, level)) = nodes.get(at).and_then(|n| Some((n.parent?, n.level))) else { continue };
        if let Some(above) = nodes.get_mut(parent) {
            above.children.push(at);
            above.level = above.level.max(level + 1);
        }
    }
    let weights = indicators.iter().map(|i| i.weight).chain(groups.iter().map(|g| g.weight)).collect();
    (Tree { nodes, leaves }, weights)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaf(id: &str, parent: &str, weight: f64) -> Indicator {
        Indicator { id: id.into(), parent: Some(parent.into()), weight, ..Indicator::default() }
    }

    fn group(id: &str, parent: Option<&str>, weight: f64) -> Group {
        Group { id: id.into(), name: id.into(), parent: parent.map(Into::into), weight }
    }

    #[test]
    fn effective_weights_multiply_down_and_sum_to_one() {
        let groups = [group("T", None, 1.0), group("A", Some("T"), 3.0), group("B", Some("T"), 1.0)];
        let leaves = [leaf("x", "A", 2.0), leaf("y", "A", 2.0), leaf("z", "B", 9.0)];
        let (tree, weights) = Tree::build(&leaves, &groups).unwrap();
        assert_eq!(tree.effective(&weights), [0.375, 0.375, 0.25, 0.75, 0.25, 1.0]);
        assert_eq!(tree.nodes.last().map(|n| (&*n.id, n.level)), Some(("T", 3)));
    }

    #[test]
    fn a_broken_hierarchy_is_told_whole() {
        let groups = [group("T", None, 1.0), group("A", Some("B"), 1.0), group("B", Some("A"), 1.0)];
        let round = Tree::build(&[leaf("x", "T", 1.0)], &groups).unwrap_err();
        assert!(round[0].contains("成环"), "{round:?}");
        let told = Tree::build(&[leaf("x", "U", 1.0), leaf("x", "T", 1.0)], &groups[..1]).unwrap_err();
        assert!(told.iter().any(|m| m.contains("重复")) && told.iter().any(|m| m.contains("不是任何分组")), "{told:?}");
    }
}
