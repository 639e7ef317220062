# Messages
staff-event-telling-chosen = Way of being told chosen
staff-contact-email = E-mail
line-telling = You chose how to be told: { $n }
