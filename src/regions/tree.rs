//! The whole tree in one answer, in the shapes that form widgets take.

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::view::{Choice, HkMoTw};
use super::{Code, Regions};

/// How the tree is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// For chained lists: each level as one object from the parent's code to its choices.
    Select,
    /// Nested `{value, label, children}`, as cascader widgets take it.
    #[default]
    Cascader,
    /// One row `{code, parent, name, level}` for each place.
    Flat,
}

impl Shape {
    pub const ALL: [Self; 3] = [Self::Select, Self::Cascader, Self::Flat];

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Select => "select",
            Self::Cascader => "cascader",
            Self::Flat => "flat",
        }
    }
}

/// The language of labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    #[default]
    Chinese,
    English,
}

/// Which tree is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TreeRequest {
    pub shape: Shape,
    /// 1 provinces, 2 cities, 3 districts, 4 towns.
    pub levels: u8,
    pub language: Language,
    pub hk_mo_tw: HkMoTw,
}

struct Node {
    code: Code,
    label: String,
    below: Vec<Node>,
}

impl Regions {
    /// The tree as JSON.
    #[must_use]
    pub fn tree(&self, request: TreeRequest) -> Value {
        let provinces = self.province_choices(request.hk_mo_tw);
        let nodes = self.nodes(provinces.data, request, 1);
        let mut answer = json!({
            "data_version": self.version(),
            "shape": request.shape.as_str(),
            "levels": request.levels,
            "data": match request.shape {
                Shape::Select => select(&nodes, request.levels),
                Shape::Cascader => Value::Array(nodes.into_iter().map(cascader).collect()),
                Shape::Flat => flat(&nodes),
            },
        });
        if request.hk_mo_tw == HkMoTw::Countries {
            answer["countries"] = json!(provinces.countries);
        }
        answer
    }

    fn nodes(&self, choices: Vec<Choice>, request: TreeRequest, level: u8) -> Vec<Node> {
        let node = |choice: Choice| {
            let deeper = level < request.levels && choice.has_children;
            let below = if deeper { self.choices_below(choice.code) } else { None };
            let label = match request.language {
                Language::Chinese => choice.name,
                Language::English => choice.name_en,
            };
            let below = below.map(|children| self.nodes(children.data, request, level + 1)).unwrap_or_default();
            Node { code: choice.code, label, below }
        };
        choices.into_iter().map(node).collect()
    }
}

fn cascader(node: Node) -> Value {
    let mut value = json!({ "value": node.code, "label": node.label });
    if !node.below.is_empty() {
        value["children"] = node.below.into_iter().map(cascader).collect();
    }
    value
}

fn select(nodes: &[Node], levels: u8) -> Value {
    const NAMES: [&str; 4] = ["provinces", "cities", "districts", "towns"];
    let list = |nodes: &[Node]| -> Value {
        nodes.iter().map(|node| json!({ "code": node.code, "name": node.label })).collect()
    };
    let mut lists = Map::new();
    lists.insert(NAMES[0].to_owned(), list(nodes));
    let mut above: Vec<&Node> = nodes.iter().collect();
    for name in NAMES.iter().take(levels as usize).skip(1) {
        let parents = above.iter().filter(|node| !node.below.is_empty());
        let by_parent: Map<String, Value> = parents.map(|node| (node.code.to_string(), list(&node.below))).collect();
        lists.insert((*name).to_owned(), Value::Object(by_parent));
        above = above.iter().flat_map(|node| &node.below).collect();
    }
    Value::Object(lists)
}

fn flat(nodes: &[Node]) -> Value {
    fn rows(nodes: &[Node], parent: Option<Code>, level: u8, into: &mut Vec<Value>) {
        for node in nodes {
            into.push(json!({ "code": node.code, "parent": parent, "name": node.label, "level": level }));
            rows(&node.below, Some(node.code), level + 1, into);
        }
    }
    let mut all = Vec::new();
    rows(nodes, None, 1, &mut all);
    Value::Array(all)
}
