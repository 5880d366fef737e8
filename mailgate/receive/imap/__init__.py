"""The IMAP door: goes and gets the mail of mailboxes that others host. One process, one task a mailbox."""
