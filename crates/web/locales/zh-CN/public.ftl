# 人人可以看的：邻居的事、公开数据、账本。
look-tabs = 人人可以看的
look-figures = 数字
look-cases = 邻居的事
look-ledger = 账本
look-data = 公开数据

# 邻居的事
shown-title = 邻居的事
shown-lead = 本人同意公开、又有工作人员看过内容以后，才会出现在这里。没有称呼、电话和照片。
shown-stand-raised = 刚收到
shown-stand-accepted = 已受理，马上交办
shown-stand-handling = 正在办
shown-stand-answered = 已答复
shown-stand-ended = 已结束
shown-stand-review = 正在复查
shown-stand-not-accepted = 没有受理
shown-stand-routed = 要走法定的路
shown-stand-merged = 并到另一件
shown-stand-withdrawn = 本人撤回了
shown-stand-re-review = 正在复核
shown-all = 全部
shown-filter = 看
shown-empty = 这里还没有公开的事
shown-empty-hint = 本人同意，工作人员看过，才会公开。换一个街道或类别看看，或者过几天再来。
shown-whole = 看全部
shown-uncategorised = 还没分类
shown-case = 邻居的一件事
shown-asked = 提了什么
shown-untold = 内容还没有人看过，所以没有公开。
shown-reviewed = 这段话有工作人员看过才公开；能认出人的地方已经去掉。
shown-became = 后来怎样
shown-raised = 提出
shown-unit = 谁办的
shown-answered = 答复
shown-ended = 结束
shown-word-title = 本人的评价
shown-word = { $solved } · { $handled }
shown-solved-yes = 解决了
shown-solved-partly = 解决了一部分
shown-solved-no = 没有解决
shown-handled-good = 满意
shown-handled-fair = 办得一般
shown-handled-poor = 不满意
shown-handled-no-wish = 办得好不好没有说
shown-index = 账本编号
shown-index-hint = 账本编号只用来在账本里找到这件事，打不开它。
shown-joined = 还有 { $n } 件一起反映

# 提出前：邻居提过没有
near-lead = 邻居可能也提过这件事
near-title = 是同一件事吗？
near-hint = 您的事已经登记好了，什么都不选也照样办。是同一件的，选它就连在一起，让承办单位看到不止一家有这个问题；您的事照样单独答复、由您自己评价。看不到别人的任何个人信息。
near-untold = { $street }的“{ $category }”（内容没有公开）
near-join = 是同一件，连在一起
near-open = 请先选是哪一件；都不是，就不用管。
done-join-sent = 已经连在一起。

# 公开数据
open-title = 公开数据
open-lead = 本区公布的内容，按文件给您：可以自由下载、核对、再用，不用登记。
open-cases = 邻居的事
open-cases-hint = 本人同意公开的诉求。提的话和答复，只有工作人员看过并公开以后才在里面。一个文件最多 200 件，更多的在 ?after= 后面写上最后一件的 index。
open-figures = 公布的数字
open-figures-hint = 每个数字都带着定义、分子分母、时段和当时账本的大小。更正也在里面，原来的数字不删。一个文件最多 500 行，新的在前；更早的在 ?before= 后面写上最后一行的 publication。
open-columns = 每一列是什么
open-ledger = 账本
open-ledger-hint = 账本的签名、公钥和散列，任何人都可以拿去核对。
open-terms = 说明：文件里没有称呼、电话、地点和照片。引用时请注明本区名称和下载日期。
open-column-index = 账本编号
open-column-category = 类别
open-column-street = 街道
open-column-unit = 承办单位
open-column-stage = 办到哪一步
open-column-raised = 提出那天
open-column-answered = 最近一次答复那天
open-column-ended = 结束那天
open-column-outcome = 答复的结果
open-column-ending = 怎样结束
open-column-solved = 本人说解决没有
open-column-handled = 本人说办得怎样
open-column-joined = 和它连在一起的诉求有几件
open-column-asked = 案件里：提了什么；数字里：问了多少人
open-column-answer = 答复了什么
open-column-publication = 公布那一条的账本编号
open-column-published = 公布的时间
open-column-figure = 数字的代号
open-column-name = 名称
open-column-definition = 定义
open-column-version = 定义的版本
open-column-from = 时段的第一天
open-column-to = 时段之后的第一天
open-column-narrowed = 缩小到哪里；空着就是全区
open-column-value = 数值
open-column-numerator = 分子
open-column-denominator = 分母；没有就空着
open-column-participated = 参评的有几件
open-column-ledger-size = 计算时账本有多少条
open-column-counted = 所计记录账本编号的 SHA-256
open-column-corrects = 更正的是哪一条公布
open-column-measure = 数值的单位：件、场次、人次或 %
feed-title = 公布的数字
feed-correction = 更正 #{ $n }：{ $window }

# 账本
ledger-today = 今天的账本
ledger-sealed = 到 { $at } 为止，账本有 { $n } 条记录。下面这个签名封住了全部记录：改动其中任何一条，签名就对不上。
ledger-signature = 账本签名
ledger-origin = 账本名
ledger-size = 记录条数
ledger-root = 根
ledger-means = 根是从全部记录算出来的一个数。把条数和根抄下来，或者拍照。以后账本只能变长；今天的记录要是被改过、删过，就再也算不出同一个根。
ledger-note = 签名原文
ledger-check = 自己怎么核对
ledger-check-1 = 有回执：在自己的手机上核对，断网也行。
ledger-check-2 = 没有回执：今天抄下条数和根，过些天再来；请会用电脑的人用公开的工具（C2SP 格式）比较两次的签名。
ledger-check-3 = 和别人对一对：同一个条数，大家看到的根应该一样。不一样，就是有人给了你们不同的账本。
ledger-limits = 账本证明不了写的内容是真的，也证明不了每件事都登记了。

# 公开内容（工作人员）
nav-release = 给邻居看
release-lead = 本人同意给邻居看、已经答复的事。打开一件，看一遍，去掉能认出人的地方，再公开。不合适公开的，在那一页选“隐藏公开内容”，写明理由。
release-day = 答复日期
release-caption = 同意公开的事
release-empty = 没有等着公开的事
release-empty-todo = 本人同意、又有了答复的事，会出现在这里。
release-text = 给邻居看的：提了什么
release-answer = 给邻居看的：答复了什么
staff-hint-release_text = 本人同意给邻居看。请先看一遍：去掉能认出人的地方（姓名、门牌、电话、单位），再公开。公开后谁都能看。
staff-hint-decline_erasure = 法律要求继续保存、或者删除在技术上做不到的，可以不删。理由会原样告诉本人。
staff-event-text_released = 公开内容
staff-event-erasure_asked = 本人申请删除个人信息
staff-event-erasure_declined = 不予删除
staff-todo-erasure = { $n }答复删除申请
staff-todo-erasure-by = { $who }最晚 { $date } 答复删除申请：删除，或说明理由
