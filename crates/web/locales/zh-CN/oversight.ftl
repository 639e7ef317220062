# 督办与区领导的页面。
nav-leader = 今天看什么
late-why = 卡在哪一步
late-held = 等诉求人（暂停）
late-waits-for = 等的是：{ $n }。
late-stuck-nobody = 受理满 { $n } 天，还没有单位承办。请会商定出承办单位，再由分派中心派单。
late-stuck-hard = 超过期限 { $n } 天以上，仍未答复。
late-stuck-returned = 被异议退回两次以上，仍未办结。
late-stuck-review = 复查、复核答复已超期。
late-returns = 延期与退回
late-asked-lead = 期限已过才询问诉求人的诉求。这样的询问不暂停已过的期限，仍按超期计。
late-asked-group = 最近询问的在前
late-asked-on = { $unit } · { $date }询问
late-returns-lead = 哪个单位的哪类诉求常延期、被退回、重新办理。点数字，看是哪些诉求。
late-returns-caption = 按单位和类别，多的在前
late-returns-all = 全部单位
late-returns-empty = 这段时间没有延期、退回或重新办理
late-returns-empty-hint = 有了会出现在这里。现在可以看超期与临期。
late-returns-more = 还有 { $n } 行次数更少的没有列出。点单位名称，只看这个单位。
late-returns-note = 前一个数是发生过的件数，后一个数是从中数出来的全部件数。密件不计。看的是单位和事情，不看人。
leader-settle = 要您协调的
leader-settle-hint = 诉求由单位办理，评价由本人作出。请您定下由哪个单位来办。
leader-nothing = 没有长期超期、无人承办或多次退回的诉求。
leader-published = 指标最近一次公布：{ $n }。
leader-never-published = 还没有公布过指标。
leader-publish = 查看并公布
leader-figures = 三个数，十二个月
leader-trend = { $n }，按月，0 到 100 %
leader-no-trend = 各月都不到 30 件的不画线，请看表。
leader-before = 此前十二个月：{ $n }
leader-cases = { $n ->
   *[other] 件
  } · { $name }
leader-said = 诉求人怎么说
leader-said-empty = 最近结束的诉求没有留下文字评价。
leader-said-hint = 原话。电话、证件号、姓名和住址已遮住。
