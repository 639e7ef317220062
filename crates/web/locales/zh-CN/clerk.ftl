# 经办人和分派员的一天。
nav-templates = 答复模板
done-view-kept = 视图已保存，就在列表上方。
done-view-removed = 视图已删除。
done-suggested = 已按建议派单。下面是还要办的。

# 勾选、批量办理
clerk-pick = 勾选
clerk-pick-one = 勾选：{ $n }
clerk-bulk = 对勾选的诉求：
clerk-chosen = 勾选的诉求
clerk-suggested = 按建议受理并派单
clerk-accept-dispatch = 受理并派给{ $n }
clerk-dispatch-to = 派给{ $n }
clerk-quick-hint = 类别和单位都按目录的建议。想法不同，请打开下面的表单。
clerk-otherwise-accept = 换一个类别受理
clerk-otherwise-dispatch = 派给别的单位
clerk-back = 回到列表
clerk-back-to = 回到 { $n }
clerk-col-will = 将会怎样
clerk-col-done = 结果
clerk-possible = 可以办理
clerk-done = 已办理
clerk-look = 看看会怎样
clerk-confirm = 办理这 { $n } 件
clerk-confirm-lead = 请核对。确认后办理 { $n } 件；每一件单独记录，理由相同。
clerk-fields-lead = 能办理的有 { $n } 件。填写后先看结果，再确认。
clerk-none-possible = 勾选的都不能这样办理，原因写在下面。
clerk-result = { $n } 件中办理了 { $done } 件。
clerk-lost = 有的没有办成；您写的内容在这里，可以复制
clerk-none-picked = 没有勾选任何诉求。请回到列表，勾选后再试。
clerk-no-suggestion = 目录没有建议的类别或单位，请打开这一件单独派单。
clerk-will-accept = 受理，并派给{ $unit }；最晚 { $date }
clerk-will-dispatch = 派给{ $unit }；最晚 { $date }
clerk-will-designate = 指定{ $unit }办理，不能再退回；最晚 { $date }
clerk-will-ask = 向诉求人提问；回复之前，还没到的期限暂停，已过的仍算超期
clerk-will-extend = 期限由{ $from }延到{ $to }

# 视图
clerk-views = 我的视图
clerk-view-name = 给现在的筛选起个名字
clerk-view-keep = 保存为视图
clerk-view-remove = 删除视图“{ $n }”
clerk-view-nothing = 现在没有筛选。请先筛选，再保存。

# 分派
clerk-group-nobody = 没有单位负责
clerk-nobody-yet = 已受理，还没有派单
clerk-nobody-returned = 退回过 { $n } 次，还没有再派
clerk-erasure-asked = 诉求人要求删除个人信息，请决定
clerk-objection = { $n }提出异议：请决定
clerk-objection-dispatched = 派单的一方
clerk-hops = 流转经过
clerk-hop-dispatched = { $date }：派给{ $unit }
clerk-hop-transferred = { $date }：转给{ $unit }
clerk-hop-objected = { $date }：{ $unit }提出异议
clerk-hop-returned = { $date }：同意{ $unit }退回
clerk-hop-designated = { $date }：指定{ $unit }办理
clerk-near-title = 可能是同一件事的诉求
clerk-near-lead = 按写的话和地点找出来的，最像的在前。为什么像，写在每一件下面。
clerk-near-empty = 没有找到可能重复的诉求
clerk-near-empty-todo = 没有写到相同的话和地点的诉求。知道编号的，可以在诉求页面直接填写编号。
clerk-near-merge = 看看能不能并入这一件
clerk-near-repeat = 关联：{ $n } 重复反映这一件
clerk-near-related = 关联：两件相关
clerk-near-linked = 已经关联
clerk-alike-words = 都写到“{ $n }”
clerk-alike-place = 地点都写到“{ $n }”
clerk-alike-category = 都像是“{ $n }”
clerk-alike-street = 同在{ $n }
clerk-merge-title = 并案以前，先看一看
clerk-merge-own = 要并的这一件
clerk-merge-into = 并入的那一件
clerk-merge-alike = 为什么像是同一件事
clerk-merge-not-alike = 没有找到相同的话和地点。请再看一遍，是不是同一件事。
clerk-merge-reads = 两位诉求人会读到什么
clerk-merge-reads-own = { $n } 的诉求人会读到
clerk-merge-reads-other = { $n } 的诉求人
clerk-merge-reads-nothing = 页面不变，也看不到并进来的这一件。
clerk-merge-promise = 对这位诉求人的期限照旧，已经超期的仍算超期。
clerk-merge-reason = 为什么是同一件事
clerk-merge-reason-hint = 只有工作人员看得到。
clerk-merge-do = 并入 { $n }
clerk-merge-not = 不并，回到诉求
clerk-merge-back = 还没有答复以前，可以“重新分开办理”。
clerk-raised-on = { $n }提出

# 撤销
clerk-undo = 办错了怎么办：提问可以“撤回询问”，协办任务可以“撤销任务”，关联可以“取消关联”，派单可以“转办”，送审的答复在签发前可以“收回”。发出的答复、评价和备注一经记录不能撤销，只能补充；每一步都留在经过里。
staff-hint-unlink = 两件不再关联；曾经关联过仍留在经过里。
staff-event-unlinked = 取消了与另一件的关联
line-unlinked = 取消了与另一件诉求的关联

# 答复模板
clerk-template = 从模板开始
clerk-template-fill = 填入
clerk-templates-lead = 常用答复写成模板，答复时选用。花括号里是空，系统知道的会自动填入，其余的要由经办人填写；还有空的答复发不出去。
clerk-templates-door = 常用的答复，全区的和各单位的
clerk-templates-all = 全区
clerk-templates-empty = 还没有模板
clerk-templates-empty-todo = 把写过多次的答复写成模板。
clerk-templates-caption = 可选用的模板
clerk-templates-text = 内容
clerk-templates-change = 修改
clerk-templates-end = 停用
clerk-templates-add = 新模板，或修改同名模板
clerk-templates-name-hint = 例如：停水抢修。同名的会被新内容替换，旧内容留在账本里。
clerk-templates-text-hint = 不要写个人信息。
clerk-templates-fields = 自动填入的空（写中文名或英文代码都行）：

# 工作单
clerk-slip = 工作单
clerk-slip-hint = 用浏览器的“打印”，纸张选 A4。联系信息是遮住的；确需带上，请在诉求页面打开后另行记下。
clerk-slip-notes = 现场记录
clerk-slip-foot = 用后请妥善保管或销毁。打印者：

# 键盘
clerk-keys = 键盘操作
clerk-keys-lead = 不用鼠标也能办完所有事。输入文字时，这些键不起作用。
clerk-keys-off = 在这台设备上关闭单键操作
clerk-close = 关闭
clerk-key-move = 下一件、上一件
clerk-key-open = 打开
clerk-key-tick = 勾选，或取消
clerk-key-tick-all = 全部勾选，或取消
clerk-key-act = 办理：到这一件的主要表单
clerk-key-suggested = 按建议受理并派单
clerk-key-search = 查找
clerk-key-sheet = 打开或关闭这张表
clerk-key-close = 关闭
