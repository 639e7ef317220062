//! Terms that several registers share.

use domain::track::Track;
use domain::vocabulary;

vocabulary! {
    /// How the heads were counted. No list of persons is kept.
    Counted {
        ByHand "by_hand" "现场逐人清点" "counted one by one",
        BySeats "by_seats" "按座位数" "by the seats that were taken",
        ByHandouts "by_handouts" "按发出的材料数" "by the handouts given",
        Estimated "estimated" "估计" "estimated",
    }
}

vocabulary! {
    /// As what something that was said in a hall is handled.
    Sort {
        Request "request" "诉求" "request",
        Suggestion "suggestion" "建议" "suggestion",
    }
}

impl Sort {
    /// The procedure that its case follows.
    pub fn track(self) -> Track {
        match self {
            Sort::Request => Track::Hotline,
            Sort::Suggestion => Track::Suggestion,
        }
    }
}
