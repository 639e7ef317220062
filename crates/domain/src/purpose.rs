//! Why somebody opens what is masked otherwise.

crate::vocabulary! {
    /// Why personal fields were opened.
    Purpose {
        Handle "handle" "办理需要" "to handle the case",
        Contact "contact" "联系本人" "to contact the resident",
        Verify "verify" "核实情况" "to verify facts",
        Audit "audit" "审计检查" "to audit",
    }
}
