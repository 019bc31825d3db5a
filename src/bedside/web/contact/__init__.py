"""How patients are contacted: their rules, whom nobody could reach, and what is not from us."""
