"""Do published figures hold, and is a network within its budget? Read: `check`."""
