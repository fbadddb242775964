"""What acts at the head of the tape: skills, habits, reflexes and the models they ask."""
