# The frame of every page.
site-name = Doorstep
skip-to-content = Skip to content
nav-main = Main
nav-tools = Settings
switch-language = 中文
print-large = Large print
print-normal = Normal print
sign-in = Staff sign-in
sign-out = Sign out
foot-how = How it works
foot-privacy = What is kept
foot-verify = Check a receipt
foot-figures = Published figures
errors-title = Something needs changing
optional = (optional)
page-next = Next page
page-first = First page
page-showing = Pages
next-title = What happens next
provisional-date = provisional
to-front-page = To the front page
error-title = That did not work
demo-banner = Demonstration: all data is made up. Its today is { $n }.
nav-raise = Raise something
nav-follow = Follow a case
nav-figures = Figures
nav-verify = Check a receipt
nav-desk = My tasks
nav-intake = Take down a case
nav-inbox = Inbox
nav-late = Overdue and due soon
nav-asked-late = Asked after the end
nav-reviews = Reviews
reviewed-by = reviewed by { $n }
reviewed-outside = reviewed by the level over the district, outside this system
request-print = Print the request for the level above
nav-ledger = Ledger
nav-openings = Openings of contact data
nav-exports = Exports
nav-admin = Administration

# Status and clocks
waits-for-resident = waits for the resident's reply
clock-done = done in time
clock-done-late = done late
clock-since = since { $n }
clock-paused = paused until the resident replies
clock-hearing = the days of the hearing are not counted
clock-late-asked = { $n }, also waiting for the resident
working-days-late = { $n ->
    [one] 1 working day late
   *[other] { $n } working days late
  }
days-late = { $n ->
    [one] 1 day late
   *[other] { $n } days late
  }
due-today = due today
working-days-left = { $n ->
    [one] 1 working day left
   *[other] { $n } working days left
  }
days-left = { $n ->
    [one] 1 day left
   *[other] { $n } days left
  }

# Front page
home-title = What you ask for is looked after here
home-lead = A few sentences are enough, and no account is needed. You get a code and a receipt, you know who handles it and by when you have an answer; and you say how it ended.
home-raise = Raise something
home-raise-hint = One box, a few sentences. About a minute.
home-follow = Follow a case
home-follow-hint = With the code and the digits of your receipt.
home-look = Look around
home-look-hint = The district's figures, neighbours' cases, the ledger: for everybody.
emergency = If somebody's life or property is in danger now, call 110, 119 or 120.

# Sign-in and account
sign-in-title = Staff sign-in
sign-in-lead = Residents need no account: to raise something, to follow it, or to give a verdict.
sign-in-user = Sign-in name
sign-in-password = Password
sign-in-do = Sign in
sign-in-lost = Lost your password? Ask your administrator for a new one.
sign-in-wrong = Name or password is wrong. Try again; if you lost the password, ask your administrator.
account-title = My account
account-post = Post
account-unit = Unit
account-role = Role
account-password = Change the password
account-old = Present password
account-new = New password
account-new-hint = At least 10 characters. All other sessions end with the change.
account-change = Change the password
account-old-wrong = The present password is wrong. Try again.
account-new-short = The new password is too short or too long. Use 10 to 256 characters.
account-sessions = Signed-in devices
account-sessions-caption = Latest use first
account-began = Signed in
account-seen = Last used
account-this = this device
account-end = Sign out that device
account-end-all = Sign out everywhere, here too
done-signed-out = You are signed out.
done-session-ended = The session on that device has ended.
done-password-changed = The password is changed. Sign in with the new one.
done-visit-over = To protect your data the case was closed again. Enter code and digits once more.
urgent = urgent
group-urgent = Urgent: call first
minutes-late = { $n ->
    [one] one minute late
   *[other] { $n } minutes late
  }
hours-late = { $n ->
    [one] one hour late
   *[other] { $n } hours late
  }
minutes-left = { $n ->
    [one] one minute left
   *[other] { $n } minutes left
  }
hours-left = { $n ->
    [one] one hour left
   *[other] { $n } hours left
  }
day-and-time = { $day } { $time }
