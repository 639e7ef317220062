//! What can happen to the district itself.

use super::{Account, AccountAct, Catalogue, Post, PostCode, Scope, Template, TokenPost, Unit, UnitCode};
use crate::actor::Role;
use crate::purpose::Purpose;
use crate::rule::RuleTable;
use calendar::{Date, YearTable};
use serde::{Deserialize, Serialize};

/// A published figure as it stood: what the ledger keeps so that anybody can recompute it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// The figure's id in the catalogue of figures.
    pub id: String,
    /// The version of its definition.
    pub definition: u32,
    /// First day of the window.
    pub from: Date,
    /// First day after the window.
    pub to: Date,
    /// The filter beside the window, as the URL has it (`unit=…&track=…`), empty for the whole district.
    pub filter: String,
    /// The value as printed.
    pub value: String,
    /// Numerator.
    pub numerator: i64,
    /// Denominator; 0 where there is none.
    pub denominator: i64,
    /// Who took part of those who were asked, for a figure that never travels without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participation: Option<(i64, i64)>,
    /// How many entries the ledger had when it was computed.
    pub ledger_size: u64,
    /// SHA-256 over the sorted ledger indexes of the raised entries in its lists, as lower-case hex.
    pub counted: String,
    /// Whether sealed accusations count in calendar quarters that are over alone, and stand in no list. 0.1 counted and
    /// listed them always.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quarters: bool,
}

/// An event of the district's own stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// The district begins; everything else comes after.
    Founded {
        /// Chinese name.
        zh: String,
        /// English name.
        en: String,
        /// The origin line of its checkpoints.
        origin: String,
        /// The verification key of its ledger.
        vkey: String,
    },
    /// Units were added or replaced.
    UnitsSet {
        /// The units.
        units: Vec<Unit>,
    },
    /// A unit was closed.
    UnitClosed {
        /// Its code.
        unit: UnitCode,
    },
    /// Posts were added or replaced.
    PostsSet {
        /// The posts.
        posts: Vec<Post>,
    },
    /// A post was ended.
    PostEnded {
        /// Its code.
        post: PostCode,
    },
    /// Accounts were opened.
    AccountsOpened {
        /// The accounts.
        accounts: Vec<Account>,
    },
    /// An account moved to another unit or role.
    AccountMoved {
        /// Its number.
        id: u32,
        /// The new unit.
        unit: UnitCode,
        /// The new role.
        role: Role,
    },
    /// An account was closed.
    AccountClosed {
        /// Its number.
        id: u32,
    },
    /// An administrator asked for an act that a second one must agree to.
    AccountActAsked {
        /// The act.
        act: AccountAct,
    },
    /// Such an act was declined.
    AccountActDeclined {
        /// The act.
        act: AccountAct,
    },
    /// Somebody else gave an account a password for one sign-in.
    PasswordReset {
        /// The account's number.
        account: u32,
    },
    /// The owner of an account chose a new password.
    PasswordChanged {
        /// The account's number.
        account: u32,
    },
    /// The owner of an account set up a second factor.
    FactorSet {
        /// The account's number.
        account: u32,
    },
    /// The owner of an account ended the second factor. A reset ends it too.
    FactorEnded {
        /// The account's number.
        account: u32,
    },
    /// An auditor opened the list of another account's sign-ins.
    SignInsOpened {
        /// The account's number.
        account: u32,
        /// Why.
        purpose: Purpose,
    },
    /// A token was made.
    TokenMade {
        /// Its name.
        name: String,
        /// What it may do.
        scope: Scope,
        /// The post at which it acts, for one of scope act.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        post: Option<TokenPost>,
    },
    /// A token was ended.
    TokenEnded {
        /// Its name.
        name: String,
    },
    /// A catalogue came into force.
    CataloguePublished {
        /// The whole catalogue.
        catalogue: Catalogue,
    },
    /// A year's calendar table was loaded.
    CalendarLoaded {
        /// The table.
        table: YearTable,
    },
    /// A rule table came into force.
    RulesPublished {
        /// The whole table.
        rules: RuleTable,
    },
    /// Figures were published together.
    FiguresPublished {
        /// The figures.
        figures: Vec<Figure>,
    },
    /// A published figure was corrected.
    FigureCorrected {
        /// The ledger index of the publication that it corrects.
        publication: u64,
        /// The figure as it should have been.
        figure: Figure,
    },
    /// A template of answers was written or rewritten.
    TemplateSet {
        /// The whole template.
        template: Template,
    },
    /// A template of answers is no longer offered.
    TemplateEnded {
        /// The unit whose own it was; none: the whole district's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit: Option<UnitCode>,
        /// Its name.
        name: String,
    },
    /// What a hall without network wrote down was merged into this ledger.
    HallMerged {
        /// The origin line of the hall's checkpoints.
        hall: String,
        /// The SHA-256 of its last checkpoint, as hex.
        checkpoint: String,
        /// How many entries it had then.
        size: u64,
        /// How many of them were taken over.
        taken: u64,
        /// How many were left out because their record went on otherwise here.
        left: u64,
    },
    /// Records left the system as a file.
    Exported {
        /// What: the table's name.
        what: String,
        /// The format.
        format: String,
        /// How many rows.
        rows: u64,
        /// Whether personal fields were masked.
        masked: bool,
    },
}

/// The kind of every district event, as it stands in the ledger.
pub const EVENT_KINDS: &[&str] = &[
    "founded",
    "units_set",
    "unit_closed",
    "posts_set",
    "post_ended",
    "accounts_opened",
    "account_moved",
    "account_closed",
    "account_act_asked",
    "account_act_declined",
    "password_reset",
    "password_changed",
    "factor_set",
    "factor_ended",
    "sign_ins_opened",
    "token_made",
    "token_ended",
    "catalogue_published",
    "calendar_loaded",
    "rules_published",
    "figures_published",
    "figure_corrected",
    "template_set",
    "template_ended",
    "hall_merged",
    "exported",
];

impl Event {
    /// Its kind, as it stands in the ledger.
    pub fn kind(&self) -> &'static str {
        match self {
            Event::Founded { .. } => "founded",
            Event::UnitsSet { .. } => "units_set",
            Event::UnitClosed { .. } => "unit_closed",
            Event::PostsSet { .. } => "posts_set",
            Event::PostEnded { .. } => "post_ended",
            Event::AccountsOpened { .. } => "accounts_opened",
            Event::AccountMoved { .. } => "account_moved",
            Event::AccountClosed { .. } => "account_closed",
            Event::AccountActAsked { .. } => "account_act_asked",
            Event::AccountActDeclined { .. } => "account_act_declined",
            Event::PasswordReset { .. } => "password_reset",
            Event::PasswordChanged { .. } => "password_changed",
            Event::FactorSet { .. } => "factor_set",
            Event::FactorEnded { .. } => "factor_ended",
            Event::SignInsOpened { .. } => "sign_ins_opened",
            Event::TokenMade { .. } => "token_made",
            Event::TokenEnded { .. } => "token_ended",
            Event::CataloguePublished { .. } => "catalogue_published",
            Event::CalendarLoaded { .. } => "calendar_loaded",
            Event::RulesPublished { .. } => "rules_published",
            Event::FiguresPublished { .. } => "figures_published",
            Event::FigureCorrected { .. } => "figure_corrected",
            Event::TemplateSet { .. } => "template_set",
            Event::TemplateEnded { .. } => "template_ended",
            Event::HallMerged { .. } => "hall_merged",
            Event::Exported { .. } => "exported",
        }
    }
}
