//! Where staff can go: the navigation, and the tiles of the home page.

use staff::Permission;

/// A screen that stands in the navigation.
pub(super) struct Place {
    /// The message that names it; `KEY-about` says what it is for.
    pub(super) key: &'static str,
    /// Its path below the language.
    pub(super) path: &'static str,
    /// Who sees it: whoever has one of these, or everybody.
    pub(super) needs: &'static [Permission],
    /// Whether it is of the hub as a whole: not for whoever is bound to a biller.
    pub(super) is_whole: bool,
    /// Its picture: the paths of a 24 x 24 outline.
    pub(super) icon: &'static str,
}

/// The home page.
pub(super) const HOME: Place = Place {
    key: "staff-nav-home",
    path: "/staff",
    needs: &[],
    is_whole: false,
    icon: "M4 11.5 12 5l8 6.5M6.5 10v9.5h11V10M10 19.5V14h4v5.5",
};

/// What people work with, in the order in which it is shown.
pub(super) const WORK: &[Place] = &[
    Place {
        key: "staff-nav-board",
        path: "/staff/board",
        needs: &[Permission::ViewPayments],
        is_whole: true,
        icon: "M4 5h7v8H4zM13.5 5H20v4.5h-6.5zM13.5 12H20v7h-6.5zM4 15.5h7V19H4z",
    },
    Place {
        key: "staff-nav-portal",
        path: "/staff/biller",
        needs: &[Permission::ViewBillerPayments],
        is_whole: false,
        icon: "M4 20V8l8-4 8 4v12M2.5 20h19M9 20v-6h6v6",
    },
    Place {
        key: "staff-nav-outlet",
        path: "/staff/outlet",
        needs: &[Permission::TakeCash],
        is_whole: false,
        icon: "M3.5 9h17v10.5h-17zM6.5 9V4.5h11V9M7.5 13h4M7.5 16h2.5M15 14.5h2.5",
    },
    Place {
        key: "staff-nav-floats",
        path: "/staff/floats",
        needs: &[Permission::ViewOutlets],
        is_whole: false,
        icon: "M4 7.5h14.5v12H4zM4 7.5 14.5 4v3.5M14.5 12.5h4v2.5h-4z",
    },
    Place {
        key: "staff-nav-late-cash",
        path: "/staff/late-cash",
        needs: &[Permission::ViewOutlets],
        is_whole: false,
        icon: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16M12 8v4.5l3 2",
    },
    Place {
        key: "staff-nav-desk",
        path: "/staff/desk",
        needs: &[Permission::Desk],
        is_whole: false,
        icon: "M4.5 14v-2a7.5 7.5 0 0 1 15 0v2M4.5 13.5h3V19h-3zM16.5 13.5h3V19h-3zM18 19c0 1.2-1.7 2-4 2",
    },
    Place {
        key: "staff-nav-desk-day",
        path: "/staff/desk/day",
        needs: &[Permission::Desk],
        is_whole: false,
        icon: "M4.5 20h15M7 17v-5M12 17V6.5M17 17v-8",
    },
    Place {
        key: "staff-nav-payments",
        path: "/staff/payments",
        needs: &[Permission::ViewPayments, Permission::ViewBillerPayments],
        is_whole: false,
        icon: "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13M15.5 15.5 20 20M8 9h5M8 12h3",
    },
    Place {
        key: "staff-nav-settlement",
        path: "/staff/settlement",
        needs: &[Permission::ViewSettlement],
        is_whole: false,
        icon: "M3.5 6h17v12h-17zM3.5 10h17M7 14.5h4",
    },
    Place {
        key: "staff-nav-reconciliation",
        path: "/staff/reconciliation",
        needs: &[Permission::ViewBooks],
        is_whole: true,
        icon: "M12 4v16M8 20h8M5 7h14M5 7l-2.5 6h5zM19 7l-2.5 6h5z",
    },
    Place {
        key: "staff-nav-breaks",
        path: "/staff/breaks",
        needs: &[Permission::ViewBooks],
        is_whole: true,
        icon: "M12 4 3 19.5h18zM12 10v4.5M12 17v.5",
    },
    Place {
        key: "staff-nav-reports",
        path: "/staff/reports",
        needs: &[
            Permission::ViewPayments,
            Permission::ViewBillerPayments,
            Permission::ViewSettlement,
            Permission::ViewBooks,
            Permission::ViewOutlets,
            Permission::ViewAudit,
        ],
        is_whole: false,
        icon: "M6 3.5h9l3.5 3.5v13.5H6zM9 16.5v-3M12 16.5V10M15 16.5v-4.5",
    },
    Place {
        key: "staff-nav-refunds",
        path: "/staff/refunds",
        needs: &[Permission::ViewPayments],
        is_whole: true,
        icon: "M9 5 4.5 9.5 9 14M4.5 9.5H15a4.5 4.5 0 0 1 0 9H9",
    },
    Place {
        key: "staff-nav-unknowns",
        path: "/staff/unknowns",
        needs: &[Permission::ViewPayments],
        is_whole: true,
        icon: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M12 16.5v.5",
    },
    Place {
        key: "staff-nav-disputes",
        path: "/staff/disputes",
        needs: &[Permission::ViewPayments, Permission::ViewBillerPayments],
        is_whole: false,
        icon: "M4 5h16v11H9.5L5.5 19.5V16H4zM12 8v3.5M12 13.3v.4",
    },
    Place {
        key: "staff-nav-billers",
        path: "/staff/billers",
        needs: &[Permission::ViewBillers],
        is_whole: true,
        icon: "M4 20V8l8-4 8 4v12M2.5 20h19M8 11v5M12 11v5M16 11v5",
    },
    Place {
        key: "staff-nav-branding",
        path: "/staff/branding",
        needs: &[Permission::EditBranding],
        is_whole: false,
        icon: "M12 4a8 8 0 1 0 0 16c1.5 0 2-1 1.5-2.2-.6-1.4.3-2.8 1.8-2.8H18a2 2 0 0 0 2-2.2C19.6 7.8 16.2 4 12 4M8 11v.5M11 7.8v.5M15.5 8.5v.5",
    },
    Place {
        key: "staff-nav-guard",
        path: "/staff/guard",
        needs: &[Permission::ReviewFraud],
        is_whole: true,
        icon: "M12 3.5 5 6v5.5c0 4.5 3 7.5 7 9 4-1.5 7-4.5 7-9V6zM9 12l2.2 2.2L15.5 10",
    },
    Place {
        key: "staff-nav-guard-rules",
        path: "/staff/guard/rules",
        needs: &[Permission::ApproveRules],
        is_whole: true,
        icon: "M4 7h9M17 7h3M4 12h3M11 12h9M4 17h11M19 17h1M13 5v4M7 10v4M15 15v4",
    },
    Place {
        key: "staff-nav-audit",
        path: "/staff/audit",
        needs: &[Permission::ViewAudit],
        is_whole: false,
        icon: "M6 3.5h9l3.5 3.5v13.5H6zM14.5 3.5V7.5h4M9 12h6.5M9 15.5h6.5",
    },
    Place {
        key: "staff-nav-personal",
        path: "/staff/personal",
        needs: &[Permission::ManagePersonalData],
        is_whole: true,
        icon: "M4 5h16v14H4zM9 9a2 2 0 1 1 0 4 2 2 0 0 1 0-4M6 16.5h6M14.5 10h3M14.5 13.5h3",
    },
];

/// One's own account.
pub(super) const ACCOUNT: &[Place] = &[
    Place {
        key: "staff-nav-sessions",
        path: "/staff/sessions",
        needs: &[],
        is_whole: false,
        icon: "M4 5h16v11H4zM9 20h6M12 16v4",
    },
    Place {
        key: "staff-nav-password",
        path: "/staff/password",
        needs: &[],
        is_whole: false,
        icon: "M5.5 10.5h13v9h-13zM8 10.5V8a4 4 0 0 1 8 0v2.5M12 14v2",
    },
    Place {
        key: "staff-nav-codes",
        path: "/staff/recovery-codes",
        needs: &[],
        is_whole: false,
        icon: "M8 3.5h8v17H8zM11 17.5h2M10.5 8h3M10.5 11h3",
    },
];
