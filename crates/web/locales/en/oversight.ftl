# Pages of supervision and of district leaders.
nav-leader = Today
late-why = Where it waits
late-held = Waiting for the resident (paused)
late-waits-for = What is waited for: { $n }.
late-stuck-nobody = Accepted { $n } days ago or more, and no unit has it. Let a conference settle which unit it is; then the centre dispatches.
late-stuck-hard = More than { $n } days overdue, and not answered.
late-stuck-returned = Sent back by objection twice or more, and not ended.
late-stuck-review = The answer to a review or re-review is overdue.
late-returns = Extensions and returns
late-asked-lead = Cases whose resident was asked something only after a term had run out. Such a question pauses nothing that has run out: the case stays late.
late-asked-group = Latest question first
late-asked-on = { $unit } · asked on { $date }
late-returns-lead = Which unit often extends, gives back or reopens which kind of case. A number leads to its cases.
late-returns-caption = By unit and category, highest first
late-returns-all = All units
late-returns-empty = Nothing was extended, returned or reopened in this time
late-returns-empty-hint = It will appear here. Meanwhile, look at what is overdue or due soon.
late-returns-more = { $n } more lines, with fewer cases, are not shown. Choose a unit to see all of its lines.
late-returns-note = The first number: cases in which it happened; the second: all cases that it is counted from. Sealed cases are not counted. This is about units and matters, not about people.
leader-settle = For you to settle
leader-settle-hint = Units handle the cases, and residents give the verdict. Decide which unit does it.
leader-nothing = No case is long overdue, without a unit, or sent back repeatedly.
leader-published = Figures were last published on { $n }.
leader-never-published = No figures have been published yet.
leader-publish = Look and publish
leader-figures = Three figures, twelve months
leader-trend = { $n }, by month, 0 to 100 %
leader-no-trend = Where no month has 30 cases there is no line: see the table.
leader-before = The twelve months before: { $n }
leader-cases = { $n ->
    [one] case
   *[other] cases
  } · { $name }
leader-said = What residents say
leader-said-empty = No case that ended lately came with words.
leader-said-hint = Their own words. Phone and identity numbers, names and addresses are masked.
