# What everybody may look at: cases of neighbours, open data, the ledger.
look-tabs = What everybody may look at
look-figures = Figures
look-cases = Neighbours' cases
look-ledger = Ledger
look-data = Open data

# Cases of neighbours
shown-title = Neighbours' cases
shown-lead = A case appears here only if its resident agreed, and only after a person has read it. Without name, phone and photos.
shown-stand-raised = just in
shown-stand-accepted = taken on
shown-stand-handling = being handled
shown-stand-answered = answered
shown-stand-ended = ended
shown-stand-review = under review
shown-stand-not-accepted = not taken on
shown-stand-routed = a lawful way leads further
shown-stand-merged = goes on in another case
shown-stand-withdrawn = taken back by its resident
shown-stand-re-review = under re-review
shown-all = All
shown-filter = Show
shown-empty = Nothing is published here yet
shown-empty-hint = A case is shown once its resident has agreed and a person has read it. Try another street or category, or come back in a few days.
shown-whole = Show all
shown-uncategorised = Not sorted yet
shown-case = A neighbour's case
shown-asked = What was asked
shown-untold = Nobody has read the text yet, so it is not shown.
shown-reviewed = A person read these words before they were shown; what identified a person was removed.
shown-became = What became of it
shown-raised = Raised
shown-unit = Handled by
shown-answered = Answered
shown-ended = Ended
shown-word-title = The resident's verdict
shown-word = { $solved } · { $handled }
shown-solved-yes = solved
shown-solved-partly = partly solved
shown-solved-no = not solved
shown-handled-good = handled well
shown-handled-fair = handled all right
shown-handled-poor = not handled well
shown-handled-no-wish = how it was handled is not said
shown-index = Ledger index
shown-index-hint = The index only finds the case in the ledger; it opens nothing.
shown-joined = { $n ->
    [one] 1 more case about the same
   *[other] { $n } more cases about the same
  }

# Before sending: has a neighbour raised it?
near-lead = A neighbour may have raised it too
near-title = Is it the same matter?
near-hint = Yours is registered, and is handled if you choose nothing here. If one of these is the same, choose it: the two are linked, so that the unit sees that it is not one home's problem alone. Yours is still answered and rated by itself. You see nothing personal of anybody.
near-untold = “{ $category }” in { $street } (the text is not shown)
near-join = It is the same: link them
near-open = Choose which one it is. If it is none of them, nothing needs doing.
done-join-sent = The two are linked.

# Open data
open-title = Open data
open-lead = What the district publishes, as files: free to download, check and use, without signing up.
open-cases = Neighbours' cases
open-cases-hint = Cases whose residents agreed to show them. What was asked and answered is in them only once a person has read and released it. A file has at most 200; for the next, put the last index behind ?after=.
open-figures = Published figures
open-figures-hint = Each with its definition, numerator and denominator, window, and the size of the ledger at that time. Corrections are in it too; what they correct is not removed. A file has at most 500 rows, the newest first; for earlier ones, put the last publication behind ?before=.
open-columns = What each column is
open-ledger = The ledger
open-ledger-hint = Signature, public key and hashes of the ledger, for anybody to check.
open-terms = The files have no names, phone numbers, places or photos. If you quote them, name the district and the day of your download.
open-column-index = ledger index
open-column-category = category
open-column-street = street office
open-column-unit = unit that handles it
open-column-stage = where it stands
open-column-raised = day it was raised
open-column-answered = day of the latest answer
open-column-ended = day it ended
open-column-outcome = what the answer says
open-column-ending = how it ended
open-column-solved = the resident's verdict: solved?
open-column-handled = the resident's verdict: handled well?
open-column-joined = how many cases are linked to it
open-column-asked = of cases: what was asked; of figures: how many were asked
open-column-answer = what was answered
open-column-publication = ledger index of the publication
open-column-published = when it was published
open-column-figure = the figure's id
open-column-name = name
open-column-definition = definition
open-column-version = version of the definition
open-column-from = first day of the window
open-column-to = first day after the window
open-column-narrowed = what it is narrowed to; empty: the whole district
open-column-value = value
open-column-numerator = numerator
open-column-denominator = denominator; empty when there is none
open-column-participated = how many said how it was handled
open-column-ledger-size = entries of the ledger when it was counted
open-column-counted = SHA-256 of the ledger indexes that were counted
open-column-corrects = the publication that it corrects
open-column-measure = what the value is counted in: cases, sessions, heads, or %
feed-title = Published figures
feed-correction = Correction of #{ $n }: { $window }

# The ledger
ledger-today = The ledger today
ledger-sealed = Up to { $at } the ledger has { $n } entries. The signature below seals all of them: if any is changed, it no longer fits.
ledger-signature = Signature of the ledger
ledger-origin = Name of the ledger
ledger-size = Entries
ledger-root = Root
ledger-means = The root is one number computed from all entries. Write down the number of entries and the root, or take a photo. From now on the ledger can only grow; if one of today's entries is changed or removed, nobody can compute this root again.
ledger-note = The signature as it is
ledger-check = How to check it yourself
ledger-check-1 = With a receipt: on your own phone, even without a network.
ledger-check-2 = Without one: write down entries and root today, and come back in some days; somebody with a computer can compare both signatures with public tools (C2SP formats).
ledger-check-3 = Compare with others: for the same number of entries everybody must see the same root. If not, you were shown different ledgers.
ledger-limits = The ledger does not prove that what was written is true, or that everything was entered.

# Releasing a text (staff)
nav-release = For neighbours
release-lead = Answered cases whose residents agreed to show them. Open one, read it, remove what identifies a person, and release it. For what should not be shown, choose “Hide the public text” there and give the reason.
release-day = Answered
release-caption = Cases that may be shown
release-empty = Nothing waits to be released
release-empty-todo = Cases appear here once their residents agreed and they are answered.
release-text = For neighbours: what was asked
release-answer = For neighbours: what was answered
staff-hint-release_text = The resident agreed to show it. Read it first and remove what identifies a person (names, house numbers, phones, employers). Once released, everybody can see it.
staff-hint-decline_erasure = Where a law asks to keep it longer, or it can't be erased technically. The resident reads your reason as it is.
staff-event-text_released = Text released
staff-event-erasure_asked = The resident asked for an erasure
staff-event-erasure_declined = Erasure declined
staff-todo-erasure = { $n }: answer the request for erasure
staff-todo-erasure-by = { $who }: answer the request for erasure by { $date }: erase, or give the reason
