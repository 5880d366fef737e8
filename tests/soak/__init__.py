"""The soak: mail streams into a real gateway while things are killed and restarted; then the ledger is read."""
