# Pages that all registers share, and lectures.
record-now = Now
record-facts = What it is
record-public = Public page
record-poster = Print the poster
record-alike = May be the same session
record-asked-none = None so far.
record-hint-units = Names of units, with commas between them.
record-changed = This record has just changed, and the page is up to date; what you typed is still there. { $n }
done-work-plan = Entered.
done-work-announce = Announced.
done-work-move = Moved.
done-work-cancel = Cancelled.
done-work-record = Recorded.
done-work-correct = Corrected; the figures before stay in the history.
done-work-ask = Taken down, and registered as a case.
done-work-join = Entered as a host.
done-work-merge = Merged into the same session.
owed-title = Lectures and other things to be done
owed-late = Lectures and other things that are late
leader-owed = { $n ->
    [one] 1 lecture is late to be recorded
   *[other] { $n } lectures are late to be recorded
}
leader-owed-hint = A lecture is to be recorded within three working days; it counts once it is.
nav-lectures = Lectures
look-lectures = Lectures
lecture-new = Plan a lecture
lecture-asked = Questions from the floor
lecture-asked-n = { $n ->
    [one] 1 question
   *[other] { $n } questions
}
lecture-kind = Kind
lecture-when = When
lecture-where = Where
lecture-hosts = Hosts
lecture-speaker = Speaker's post
lecture-venue = Kind of place
lecture-audience = Audience
lecture-first = The year's first lecture
lecture-yes = Yes
lecture-moved = Moved
lecture-times = { $n ->
    [one] once
   *[other] { $n } times
}
lecture-came = Heads
lecture-heads = { $n } heads ({ $how })
lecture-online = { $n } online, counted apart
lecture-questions = { $n } asked from the floor, { $answered } answered.
lecture-question-no = Question { $n }
lecture-afterwards = This session was entered after it was over.
lecture-stands-over = Over, to be recorded
lecture-now-planned = Not announced yet. Once { $host } announces it, residents see it: { $day } { $time }, { $place }.
lecture-now-announced = It begins on { $day } at { $time }, at { $place }. { $host } records the heads by { $due }.
lecture-now-over = It is over. { $host } records it by { $due }: how many heads, and how they were counted. If it was not held, move or cancel it.
lecture-now-recorded = Held on { $day }, and recorded.
lecture-now-cancelled = Cancelled: it does not count.
lecture-now-merged = The same session as another record, which counts for both:
lecture-event-planned = Entered
lecture-event-announced = Announced
lecture-event-moved = Moved
lecture-event-cancelled = Cancelled
lecture-event-recorded = Recorded
lecture-event-corrected = Record corrected
lecture-event-asked = Question from the floor
lecture-event-joined = A further unit entered as host, on its own word
lecture-event-merged = Merged into the same session
lecture-word-topic = Topic
lecture-word-speaker = Speaker's post
lecture-word-place = Place
lecture-word-reason = Reason
lecture-hint-plan = Enter a session once: name the units that hold it together as co-hosts.
lecture-hint-plan-speaker = The post, not the name.
lecture-hint-record = Only the count is kept, no list of names.
lecture-hint-ask = Take down the words as they were said. This becomes a case with a code and a deadline; the public page shows only its number and how far it is.
lecture-hint-ask-phone = Without a number nobody can be told; the asker can still follow it with the receipt.
lecture-hint-join = If your unit held this session too, say so here instead of entering it once more.
lecture-hint-merge = Two units entered one session: merge it into the record that stays. It counts once, and both are hosts.
lectures-whose = Which ones
lectures-own = My unit's
lectures-all = The whole district's
lectures-owed = Over and not recorded yet
lectures-owed-hint = A session counts once it is recorded.
lectures-week = { $from } to { $to }
lectures-weeks = Another week
lectures-week-before = Week before
lectures-week-this = This week
lectures-week-after = Week after
lectures-week-empty = No lecture this week
lectures-week-empty-todo = Plan one, or paste many from a sheet.
lectures-day-none = None
lectures-more = There are more than 200 this week; look at your unit's.
lectures-coming = Later
lectures-recorded = Recorded lately
lectures-paste = Paste many
lectures-paste-how = The first line has the headings, by these names and in any order; leave out columns that you don't need. For sessions that are over, fill in the heads (人数) and how they were counted (怎么数的), and they are recorded at once.
lectures-paste-example = party lecture	Example: a study topic	Secretary	grassroots	2023-05-12 14:00	60	Community hall			party members				30	counted one by one	
lectures-paste-text = The sheet's content
lectures-paste-text-hint = Select it in the sheet, copy it, and paste it here.
lectures-paste-file = Or choose an .xlsx file
lectures-paste-check = Check it first
lectures-paste-empty = There is nothing in it. Paste a sheet or choose a file.
lectures-paste-faults = Nothing was entered: { $n } to be mended. Mend them and check again.
lectures-paste-faults-caption = What is to be mended
lectures-paste-preview = Sessions that can be entered: { $n }. Please look at them.
lectures-paste-enter = { $n ->
    [one] Enter this session
   *[other] Enter these { $n } sessions
}
lectures-paste-done = { $new } entered; { $old } were there already and are not entered twice.
lectures-paste-stopped = Line { $line } was not entered: { $text } The lines before it were; mend it and send the whole sheet again, nothing is entered twice.
lectures-paste-refused = These columns say who somebody is. They are not kept, and were not read: { $n }
lectures-paste-left-out = These columns were not recognised, and were not read: { $n }
lectures-paste-unreadable = This line can't be read: a quotation mark is missing.
lectures-paste-no-headings = The first line has no column 题目 (topic). Copy the headings along.
lectures-paste-most = At most { $n } lines at a time. Send it in parts.
lectures-paste-twice = The same as line { $n }.
lectures-public-lead = Lectures that everybody can come to, what was asked there, and what became of it.
lectures-public-coming = Coming
lectures-public-none = None is announced now.
lectures-public-held = Held
lectures-public-held-none = None was held so far
lectures-public-held-none-hint = What was asked, and the answers, will stand here.
lecture-public-cancelled = This one is cancelled.
lecture-public-ahead-title = You can come
lecture-public-ahead = You can ask questions there. Each gets a number and an answer, and you see here how far it is.
lecture-public-asked = What was asked, and what became of it
lecture-public-asked-none = No questions so far.
lecture-public-words = The words are not public.
lecture-public-answer = Answer:
lecture-public-case = Look at this one
lecture-poster-hint = Print it for the door of the hall.
lecture-poster-qr = QR code of the public page
lecture-poster-ask = Scan it: what was asked here, and what became of it.
