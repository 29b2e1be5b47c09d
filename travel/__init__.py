"""The trip as plain data. Pure: no database, no network, no clock."""
