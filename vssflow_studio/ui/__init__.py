"""The window: everything an editor sees. Imports all other rooms; none imports it."""
