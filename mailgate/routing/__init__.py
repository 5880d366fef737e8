"""Who is given a ticket. Pure: what it needs and who there is goes in, an agent and the reasons come out."""
