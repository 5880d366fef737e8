"""What tests share: a world with real servers, a relay that keeps what it gets, mails to send."""
