//! A small DOM on html5ever: what a browser makes of a page, with everything it complained about.
#![expect(clippy::indexing_slicing, reason = "the sink makes every handle itself")]

use std::{
    borrow::Cow,
    cell::{Ref, RefCell},
};

use html5ever::{
    Attribute, LocalName, Namespace, ParseOpts, QualName, parse_document,
    tendril::{StrTendril, TendrilSink},
    tokenizer::TokenizerOpts,
    tree_builder::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink},
};

/// A parsed page.
#[derive(Debug, Default)]
pub(crate) struct Document {
    nodes: RefCell<Vec<Node>>,
    errors: RefCell<Vec<String>>,
}

#[derive(Debug)]
struct Node {
    name: QualName,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<usize>,
    parent: Option<usize>,
}

/// An element as tests look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) depth: usize,
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    /// Its own text, without that of its children.
    pub(crate) text: String,
}

impl Element {
    /// The value of an attribute.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether it has this class.
    pub(crate) fn has_class(&self, class: &str) -> bool {
        self.get("class").is_some_and(|classes| classes.split(' ').any(|one| one == class))
    }
}

/// Parses a whole page.
pub(crate) fn parse(html: &str) -> Document {
    let tokenizer = TokenizerOpts { exact_errors: true, ..TokenizerOpts::default() };
    let options = ParseOpts { tokenizer, ..ParseOpts::default() };
    parse_document(Document::default(), options).one(html)
}

impl Document {
    /// What the parser complained about.
    pub(crate) fn errors(&self) -> Ref<'_, Vec<String>> {
        self.errors.borrow()
    }

    /// All elements in document order.
    pub(crate) fn elements(&self) -> Vec<Element> {
        let nodes = self.nodes.borrow();
        let mut elements = Vec::new();
        let mut left = vec![(0, 0)];
        while let Some((index, depth)) = left.pop() {
            let node = &nodes[index];
            if 0 < index {
                elements.push(Element {
                    depth,
                    name: node.name.local.to_string(),
                    attributes: node.attributes.clone(),
                    text: node.text.clone(),
                });
            }
            left.extend(node.children.iter().rev().map(|child| (*child, depth + 1)));
        }
        elements
    }

    /// Tags and attribute names, without any value or text.
    pub(crate) fn skeleton(&self) -> String {
        self.elements().iter().fold(String::new(), |skeleton, element| {
            let names: Vec<_> = element.attributes.iter().map(|(name, _)| name.as_str()).collect();
            format!("{skeleton}{} {} {}\n", element.depth, element.name, names.join(" "))
        })
    }

    fn add(&self, name: QualName, attributes: Vec<Attribute>) -> usize {
        let mut nodes = self.nodes.borrow_mut();
        if nodes.is_empty() {
            nodes.push(Node::new(QualName::new(
                None,
                Namespace::default(),
                LocalName::from("#document"),
            )));
        }
        let mut node = Node::new(name);
        node.attributes = attributes
            .into_iter()
            .map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string()))
            .collect();
        nodes.push(node);
        nodes.len() - 1
    }

    fn place(&self, parent: usize, at: usize, new: NodeOrText<usize>) {
        self.add_document();
        let mut nodes = self.nodes.borrow_mut();
        match new {
            NodeOrText::AppendText(text) => nodes[parent].text.push_str(&text),
            NodeOrText::AppendNode(child) => {
                nodes[child].parent = Some(parent);
                let at = at.min(nodes[parent].children.len());
                nodes[parent].children.insert(at, child);
            }
        }
    }

    fn add_document(&self) {
        if self.nodes.borrow().is_empty() {
            let name = QualName::new(None, Namespace::default(), LocalName::from("#document"));
            self.nodes.borrow_mut().push(Node::new(name));
        }
    }

    fn detach(&self, child: usize) {
        let mut nodes = self.nodes.borrow_mut();
        if let Some(parent) = nodes[child].parent.take() {
            nodes[parent].children.retain(|one| *one != child);
        }
    }
}

impl Node {
    fn new(name: QualName) -> Self {
        Self {
            name,
            attributes: Vec::new(),
            text: String::new(),
            children: Vec::new(),
            parent: None,
        }
    }
}

/// An element's name, on its own.
#[derive(Debug)]
pub(crate) struct Name(QualName);

impl ElemName for Name {
    fn ns(&self) -> &Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

impl TreeSink for Document {
    type Handle = usize;
    type Output = Self;
    type ElemName<'a> = Name;

    fn finish(self) -> Self {
        self
    }

    fn parse_error(&self, message: Cow<'static, str>) {
        self.errors.borrow_mut().push(message.into_owned());
    }

    fn get_document(&self) -> usize {
        0
    }

    fn elem_name(&self, target: &usize) -> Name {
        Name(self.nodes.borrow()[*target].name.clone())
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> usize {
        self.add(name, attributes)
    }

    fn create_comment(&self, _: StrTendril) -> usize {
        self.add(QualName::new(None, Namespace::default(), LocalName::from("#comment")), Vec::new())
    }

    fn create_pi(&self, target: StrTendril, _: StrTendril) -> usize {
        self.create_comment(target)
    }

    fn append(&self, parent: &usize, child: NodeOrText<usize>) {
        self.place(*parent, usize::MAX, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &usize,
        other: &usize,
        child: NodeOrText<usize>,
    ) {
        let parent = self.nodes.borrow()[*element].parent;
        match parent {
            Some(_) => self.append_before_sibling(element, child),
            None => self.append(other, child),
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &usize) -> usize {
        *target
    }

    fn same_node(&self, one: &usize, other: &usize) -> bool {
        one == other
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        if mode != QuirksMode::NoQuirks {
            self.errors.borrow_mut().push("quirks mode".to_owned());
        }
    }

    fn append_before_sibling(&self, sibling: &usize, new: NodeOrText<usize>) {
        let parent = self.nodes.borrow()[*sibling].parent.expect("a sibling has a parent");
        let at = self.nodes.borrow()[parent].children.iter().position(|one| one == sibling);
        self.place(parent, at.unwrap_or(usize::MAX), new);
    }

    fn add_attrs_if_missing(&self, _: &usize, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, target: &usize) {
        self.detach(*target);
    }

    fn reparent_children(&self, node: &usize, new_parent: &usize) {
        let children = self.nodes.borrow()[*node].children.clone();
        for child in children {
            self.detach(child);
            self.place(*new_parent, usize::MAX, NodeOrText::AppendNode(child));
        }
    }
}
