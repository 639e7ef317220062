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
home-follow-hint = With the code and the secret of your receipt, or your own digits.
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
account-by = account { $n }
account-by-command-line = the server's command line
account-reset-by = The password of this account was reset by { $by } on { $at }. If you did not ask for it, tell the auditor.
account-acts-wait = An act on an account waits for a second administrator. Look at it in “My account”; what should not be done can be declined there.
acts-waiting = Waits for a second administrator
acts-close = Asked for by { $by } on { $at }: the end of the account { $who }.
acts-reset = Asked for by { $by } on { $at }: a new password for the account { $who }.
acts-open = Asked for by { $by } on { $at }: open the account { $who } ({ $post }).
acts-move = Asked for by { $by } on { $at }: move the account { $who } to { $post }.
acts-second = It is done when another administrator agrees.
acts-until = There is no other administrator: it can be done after { $n }.
acts-agree = Agree and do it
acts-decline = Decline it
done-act-asked = Asked for; another administrator must agree.
done-act-declined = Declined; nothing was done.
own-password-title = Choose your own password
own-password-lead = The password that you signed in with was set by somebody else and serves once. Choose your own to go on.
own-password-do = Set it and go on
sign-ins-own = Sign-ins
sign-ins-own-lead = Only you see them; they are kept for six months. An auditor who looks names a purpose, which goes into the ledger. If one wasn't you, change your password at once and tell the administrator.
sign-ins-caption = Latest first
sign-ins-outcome = Result
sign-ins-none = No sign-in within six months.
sign-ins-in = signed in
sign-ins-password = wrong password
sign-ins-code = wrong code
nav-sign-ins = Sign-ins
account-new-common = This password is one that is tried first. Use no common words, runs, dates or rows of keys; a few words that don't belong together make a good one.
account-new-name = This password is mostly the name of the district, the unit or the account, which is easily guessed. Choose another.
account-new-pinyin = This password reads like a name or a short word in pinyin with digits, which is easily guessed. Choose a longer one, such as a few words that don't belong together.
factor-name = Second factor
factor-title = Set up the second factor
factor-lead = At sign-in, six digits of an authenticator on your phone besides the password: who learns the password still can't get in.
factor-lead-needed = Your post signs in with six digits of an authenticator on a phone besides the password. Set it up now; it is done once.
factor-scan = First, scan this with the authenticator on your phone:
factor-picture = QR code for the authenticator
factor-type = If it can't be scanned, choose “enter by hand” there and type these letters:
factor-code = Code
factor-code-hint = The six digits that the authenticator shows now, or one of the recovery codes.
factor-first-hint = Then type the six digits that it shows now.
factor-set = Set it up
factor-wrong = The code is wrong or was used already. Wait for the next one, and type that.
factor-code-title = Enter the code
factor-code-lead = The password is right. Now type the six digits that your authenticator shows.
factor-lost = Lost both phone and recovery codes? Ask an administrator for a reset; it resets the second factor too.
factor-codes-title = Recovery codes
factor-codes-lead = When the phone is lost, one of these replaces the code; each serves once. Write them down or print them now: they are not shown again.
factor-codes-on = Written down, go on
factor-is-on = It is set up. To change the phone, set it up anew with a code of the present one.
factor-renew = Change the authenticator
factor-end = Use it no more
done-factor-ended = The second factor has ended.
unit-of-working = working days
unit-of-calendar = days
unit-of-hour = hours
hall-banner = This is the hall without network. Receipts are provisional until the evening is merged into the district.
