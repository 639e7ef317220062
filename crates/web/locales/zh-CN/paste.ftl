# 从表格一次登记多条；年度清单。
paste-text = 表格内容
paste-text-hint = 在表格里选中，复制，粘贴到这里。
paste-file = 或者选一个 .xlsx 文件
paste-check = 先检查
paste-empty = 没有内容。请粘贴表格，或选一个文件。
paste-faults = 有 { $n } 处要改，一行都没有登记。改好后再检查一次。
paste-faults-caption = 要改的地方
paste-preview = 可以登记 { $n } 行。请核对。
paste-enter = 登记这 { $n } 行
paste-done = 新登记 { $new } 行。另有 { $old } 行原来已经登记，没有重复登记。
paste-stopped = 第 { $line } 行没有登记：{ $text }前面的行已经登记，改好后把整张表再发一次，不会重复。
paste-refused = 这些列写的是人，本系统不收，没有读：{ $n }
paste-left-out = 这些列没有认出来，没有读：{ $n }
paste-unreadable = 这一行读不出来：引号没有成对。
paste-no-headings = 第一行里没有“{ $n }”这一列。请带上表头。
paste-most = 一次最多 { $n } 行。请分几次。
paste-twice = 与第 { $n } 行完全一样。
