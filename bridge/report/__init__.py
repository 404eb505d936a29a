"""What a journal holds, for people: tables for researchers, and one HTML file of a session."""
