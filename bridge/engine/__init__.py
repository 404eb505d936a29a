"""The engine: state, agent, guard and learning meet here, and only here."""
