"""Where the outside world comes in; decides nothing."""
