# 通知
staff-event-telling-chosen = 设定通知方式
staff-contact-email = 电子邮件
line-telling = 通知方式：{ $n }
