//! Who may call a route, and the sets of roles that share one. Everything that asks for a role's rights asks here.

use domain::Role;

/// Who may call a route. The guard of that name stands in front of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// A token of scope intake, or a resident without one, counted by address.
    Intake,
    /// Whoever has the case's secret, in a header.
    CaseSecret,
    /// Whoever has the case's secret, or a token of scope act whose post sees the case.
    CaseCaller,
    /// A token of scope read.
    Reader,
    /// A token of scope read or act, at records of registers.
    RecordReader,
    /// A token of scope read or act, or whoever has the record's secret.
    RecordCaller,
    /// A token of scope act, at its post.
    ActToken,
    /// A token of scope act, at its post, or whoever has the record's secret.
    ActCaller,
    /// A resident who opened a case with its code and digits.
    Visit,
    /// Whoever gave a right password, also while something is due before anything else: a password of one's own, a
    /// second factor.
    Entering,
    /// Signed-in accounts of these roles.
    Staff(&'static [Role]),
}

impl Access {
    /// Whether browsers come here with cookies.
    pub(crate) fn is_page(self) -> bool {
        matches!(self, Access::Public | Access::Visit | Access::Entering | Access::Staff(_))
    }
}

/// Every role.
pub(crate) const ANY: &[Role] = &[
    Role::Grid,
    Role::Clerk,
    Role::Head,
    Role::Dispatcher,
    Role::Supervisor,
    Role::Leader,
    Role::Auditor,
    Role::Administrator,
];

/// Who works on cases, or with them.
pub(crate) const CASES: &[Role] =
    &[Role::Clerk, Role::Head, Role::Dispatcher, Role::Supervisor, Role::Leader, Role::Auditor];
/// Who acts on cases.
pub(crate) const ACT: &[Role] = &[Role::Clerk, Role::Head, Role::Dispatcher, Role::Supervisor, Role::Auditor];
/// Who acts on records of registers.
pub(crate) const RECORDS: &[Role] = &[Role::Clerk, Role::Head, Role::Dispatcher];
/// Who takes cases down.
pub(crate) const INTAKE: &[Role] = &[Role::Clerk, Role::Head, Role::Dispatcher, Role::Grid];

/// Who reads figures and the cases behind them.
pub(crate) const READERS: &[Role] =
    &[Role::Clerk, Role::Head, Role::Dispatcher, Role::Supervisor, Role::Leader, Role::Auditor, Role::Administrator];
/// Who publishes figures.
pub(crate) const PUBLISHERS: &[Role] = &[Role::Supervisor, Role::Leader, Role::Administrator];
/// Who has published figures computed again.
pub(crate) const RECOMPUTE: &[Role] = &[Role::Auditor, Role::Supervisor, Role::Leader, Role::Administrator];
/// Who writes templates of answers.
pub(crate) const TEMPLATES: &[Role] = &[Role::Head, Role::Administrator];
/// The auditor.
pub(crate) const AUDITOR: &[Role] = &[Role::Auditor];
/// The administrator.
pub(crate) const ADMINISTRATOR: &[Role] = &[Role::Administrator];
