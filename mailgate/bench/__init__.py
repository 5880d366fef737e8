"""How fast are we? Each row beside what its parts could do alone, measured in the same run."""
