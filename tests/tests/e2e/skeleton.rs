//! What a page is made of, whatever it says.

use std::cell::RefCell;

use html5ever::{
    tendril::StrTendril,
    tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer},
};

/// What a page is made of: its tags with the names of their attributes, in order.
#[derive(Default)]
pub(crate) struct Skeleton {
    tags: RefCell<Vec<String>>,
    pub(crate) links: RefCell<Vec<String>>,
    pub(crate) errors: RefCell<Vec<String>>,
}

impl TokenSink for Skeleton {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => {
                let close = if tag.kind == TagKind::EndTag { "/" } else { "" };
                let mut words = vec![format!("{close}{}", tag.name)];
                for attribute in &tag.attrs {
                    words.push(attribute.name.local.to_string());
                    if ["href", "src", "action"].contains(&&*attribute.name.local) {
                        self.links.borrow_mut().push(attribute.value.to_string());
                    }
                }
                self.tags.borrow_mut().push(words.join(" "));
            }
            Token::ParseError(error) => {
                self.errors.borrow_mut().push(format!("line {line}: {error}"));
            }
            Token::CommentToken(_) => self.tags.borrow_mut().push("!".to_owned()),
            Token::DoctypeToken(_)
            | Token::CharacterTokens(_)
            | Token::NullCharacterToken
            | Token::EOFToken => {}
        }
        TokenSinkResult::Continue
    }
}

impl Skeleton {
    pub(crate) fn of(page: &str) -> Self {
        let tokenizer =
            Tokenizer::new(Self::default(), html5ever::tokenizer::TokenizerOpts::default());
        let input = BufferQueue::default();
        input.push_back(StrTendril::from(page));
        // A script to run would stop the tokenizer; with no tree behind it, nothing does.
        drop(tokenizer.feed(&input));
        assert!(input.is_empty());
        tokenizer.end();
        tokenizer.sink
    }

    pub(crate) fn tags(&self) -> Vec<String> {
        self.tags.borrow().clone()
    }
}
