"""Numbers that know their interval, unit and date."""
