"""The phrase task: generators of notes, and a taste that chooses among what they make."""
