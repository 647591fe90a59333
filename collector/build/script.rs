//! Scripts as they are served: in strict mode and in a scope of their own, with short names and
//! without what only people read.

use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_minifier::{Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;

/// What is served of the script `text`, or what is wrong with it.
pub(crate) fn small(name: &str, text: &str) -> Result<String, String> {
    // In a block nothing is global, so that every name may be shortened.
    let text = format!("'use strict';{{{text}}}");
    let allocator = Allocator::default();
    let mut parsed = Parser::new(&allocator, &text, SourceType::script()).parse();
    if let Some(wrong) = parsed.diagnostics.first() {
        return Err(format!("{name}: {wrong}"));
    }
    let minified =
        Minifier::new(MinifierOptions::default()).minify(&allocator, &mut parsed.program);
    let written = Codegen::new()
        .with_options(CodegenOptions::minify())
        .with_scoping(minified.scoping)
        .build(&parsed.program);
    Ok(written.code)
}
