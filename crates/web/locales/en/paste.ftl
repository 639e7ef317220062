# Many records at once, from a sheet; the list of a year.
paste-text = The sheet's content
paste-text-hint = Select it in the sheet, copy it, and paste it here.
paste-file = Or choose an .xlsx file
paste-check = Check it first
paste-empty = There is nothing in it. Paste a sheet or choose a file.
paste-faults = Nothing was entered: { $n } to be mended. Mend them and check again.
paste-faults-caption = What is to be mended
paste-preview = Lines that can be entered: { $n }. Please look at them.
paste-enter = Enter { $n } { $n ->
    [one] line
   *[other] lines
  }
paste-done = { $new } entered. { $old } were there already and were not entered again.
paste-stopped = Line { $line } was not entered: { $text } The lines before it were; mend it and send the whole sheet again, nothing is entered twice.
paste-refused = These columns say who somebody is. They are not kept, and were not read: { $n }
paste-left-out = These columns were not recognised, and were not read: { $n }
paste-unreadable = This line can't be read: a quotation mark is missing.
paste-no-headings = The first line has no column “{ $n }”. Copy the headings along.
paste-most = At most { $n } lines at a time. Send it in parts.
paste-twice = The same as line { $n }.
paste-other-sheets = Only the first visible sheet was read. Not read: { $n }
paste-hidden-rows = Rows that are hidden in the sheet, and were read too: { $n }
paste-file-first = A file was chosen, so what was pasted was not read.
paste-there = { $n } rows are already entered (same code) and were left unchanged: { $codes }
paste-usual = Not in the sheet, so set for every row: { $n }
paste-no-such-code = There is no record with the code { $n }. Leave the code of a new row empty.
