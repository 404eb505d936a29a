"""The vocabulary: what a mix is. Pure; imports nothing of the bridge but `errors`."""
