"""What tests share: DAWs and desks in memory, rigs around real programs, ports."""
