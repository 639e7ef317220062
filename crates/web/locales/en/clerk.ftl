# The day of clerks and dispatchers.
nav-templates = Answer templates
done-view-kept = The view is kept; it stands above the list.
done-view-removed = The view is removed.
done-suggested = Dispatched as suggested. Here is what is left to do.

# Choosing, and acting on several
clerk-pick = Choose
clerk-pick-one = Choose: { $n }
clerk-bulk = With those chosen:
clerk-chosen = Chosen cases
clerk-suggested = Accept and dispatch as suggested
clerk-accept-dispatch = Accept, and dispatch to { $n }
clerk-dispatch-to = Dispatch to { $n }
clerk-quick-hint = Category and unit as the catalogue suggests them. If you see it otherwise, open the form below.
clerk-otherwise-accept = Accept with another category
clerk-otherwise-dispatch = Another unit
clerk-back = Back to the list
clerk-back-to = Back to { $n }
clerk-col-will = What will happen
clerk-col-done = What happened
clerk-possible = Possible
clerk-done = Done
clerk-look = See what will happen
clerk-confirm = { $n ->
    [one] Do it for one case
   *[other] Do it for { $n } cases
  }
clerk-confirm-lead = Please check. { $n } will be done when you confirm; each is recorded by itself, with the same reason.
clerk-fields-lead = Possible for { $n }. Fill it in, see what will happen, then confirm.
clerk-none-possible = None of those chosen can be done; the reasons stand below.
clerk-result = { $done } of { $n } done.
clerk-lost = Not all were done; what you wrote is here, to copy
clerk-none-picked = No case was chosen. Go back to the list, tick some, and try again.
clerk-no-suggestion = The catalogue suggests no category or no unit. Open this one and dispatch it by itself.
clerk-will-accept = Accepted, and dispatched to { $unit }; due { $date }
clerk-will-dispatch = Dispatched to { $unit }; due { $date }
clerk-will-designate = { $unit } is designated and can’t return it; due { $date }
clerk-will-ask = The resident is asked; a term that has not run out stands still until the reply, what is late stays late
clerk-will-extend = Due { $to } instead of { $from }

# Views
clerk-views = My views
clerk-view-name = Name the filters that are set now
clerk-view-keep = Keep as a view
clerk-view-remove = Remove the view “{ $n }”
clerk-view-nothing = No filter is set. Set one first, then keep it.

# Dispatching
clerk-group-nobody = No unit answers for these
clerk-nobody-yet = accepted, not dispatched yet
clerk-nobody-returned = { $n ->
    [one] returned once, not dispatched again yet
   *[other] returned { $n } times, not dispatched again yet
  }
clerk-erasure-asked = the resident asks to have personal data erased: please decide
clerk-objection = { $n } objects: please decide
clerk-objection-dispatched = Who dispatched it
clerk-hops = From unit to unit
clerk-hop-dispatched = { $date }: dispatched to { $unit }
clerk-hop-transferred = { $date }: transferred to { $unit }
clerk-hop-objected = { $date }: { $unit } objected
clerk-hop-returned = { $date }: { $unit } returned it, agreed
clerk-hop-designated = { $date }: { $unit } designated
clerk-near-title = Cases that may be the same matter
clerk-near-lead = Found by words and place, the likest first. Each says why it is alike.
clerk-near-empty = No case looks like the same matter
clerk-near-empty-todo = No case says the same words or place. If you know a code, enter it on the page of the case.
clerk-near-merge = See about merging into this one
clerk-near-repeat = Link: { $n } repeats this one
clerk-near-related = Link: the two are related
clerk-near-linked = linked already
clerk-alike-words = Both say “{ $n }”
clerk-alike-place = Both places say “{ $n }”
clerk-alike-category = Both look like “{ $n }”
clerk-alike-street = Both in { $n }
clerk-merge-title = Before the two are merged
clerk-merge-own = This case
clerk-merge-into = The case it goes into
clerk-merge-alike = Why they may be the same matter
clerk-merge-not-alike = No words and no place in common. Look again whether it is the same matter.
clerk-merge-reads = What each resident will read
clerk-merge-reads-own = The resident of { $n } will read
clerk-merge-reads-other = The resident of { $n }
clerk-merge-reads-nothing = Nothing changes on that page, and the merged case is not seen there.
clerk-merge-promise = What is promised to this resident runs on; what is late stays late.
clerk-merge-reason = Why it is the same matter
clerk-merge-reason-hint = Only staff read this.
clerk-merge-do = Merge into { $n }
clerk-merge-not = Don’t merge, back to the case
clerk-merge-back = As long as there is no answer, the two can be parted again.
clerk-raised-on = raised { $n }

# Undo
clerk-undo = If something was done by mistake: a question can be taken back, a joint task released, a link taken back, a dispatch transferred, a proposed answer taken back until the head approves it. Answers that were sent, verdicts and notes can’t be taken back once they are recorded, only added to; every step stays in the history.
staff-hint-unlink = The two are no longer linked; that they were stays in the history.
staff-event-unlinked = The link to another case was taken back
line-unlinked = The link to another case was taken back

# Answer templates
clerk-template = Begin with a template
clerk-template-fill = Fill in
clerk-templates-lead = Write answers that come up again as templates, to choose from when answering. Fields stand in braces: what the system knows is filled in, the rest is for the clerk; an answer with open fields can’t be sent.
clerk-templates-door = Answers that come up again, of the district and of units
clerk-templates-all = Whole district
clerk-templates-empty = No template yet
clerk-templates-empty-todo = Make a template of an answer that you have written several times.
clerk-templates-caption = Templates to choose from
clerk-templates-text = Text
clerk-templates-change = Change
clerk-templates-end = End
clerk-templates-add = A new template, or a new text for one of the same name
clerk-templates-name-hint = For example: burst water pipe. One of the same name gets the new text; the former one stays in the ledger.
clerk-templates-text-hint = No personal data.
clerk-templates-fields = Fields that are filled in by themselves (their Chinese names work as well):

# Work slip
clerk-slip = Work slip
clerk-slip-hint = Use “Print” of the browser, on A4. Contact data is masked; if you need it with you, open it on the case page and note it down.
clerk-slip-notes = Notes on site
clerk-slip-foot = Keep it safe, or destroy it after use. Printed by:

# Keyboard
clerk-keys = Keyboard
clerk-keys-lead = Everything can be done without a mouse. While you type, these keys do nothing.
clerk-keys-off = Turn single keys off on this device
clerk-close = Close
clerk-key-move = next, previous case
clerk-key-open = open
clerk-key-tick = choose, or not
clerk-key-tick-all = choose all, or none
clerk-key-act = act: to the main form of the case
clerk-key-suggested = accept and dispatch as suggested
clerk-key-search = find
clerk-key-sheet = open or close this sheet
clerk-key-close = close
