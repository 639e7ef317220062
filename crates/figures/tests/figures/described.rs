//! The figures as people read of them, kept as `docs/figures.md`.

use domain::Lang;
use figures::catalogue;
use std::fmt::Write;

const HEAD: &str = "# Figures · 数字

Written by `cargo xtask describe` from the catalogue (`crates/figures/catalogue`): not to be changed by hand. The versions in \
force.
";

#[test]
fn figures_and_their_definitions_are_those_that_were_looked_at() {
    let mut text = HEAD.to_owned();
    for figure in catalogue::in_force() {
        let (zh, en) = (figure.name(Lang::Zh), figure.name(Lang::En));
        let measure = figure.measure();
        writeln!(text, "\n## {zh} · {en}\n").unwrap();
        let counted = if figure.denominator.is_some() { "a rate of " } else { "" };
        let window = figure.window.label(Lang::En);
        let (code, version) = (&figure.id, figure.version);
        let (sign, sign_en) = (measure.sign(Lang::Zh), measure.sign(Lang::En));
        writeln!(text, "`{code}`, version {version}: {counted}{sign} {sign_en}, by the {window}.\n").unwrap();
        writeln!(text, "{}\n\n{}", figure.text(Lang::Zh), figure.text(Lang::En)).unwrap();
    }
    testing::kept("docs/figures.md", &text);
}
