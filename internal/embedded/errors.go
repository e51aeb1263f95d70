package embedded

import "errors"

// ErrAddress is returned when the address cannot be listened on.
var ErrAddress = errors.New("cannot listen")

// ErrStore is returned when the store cannot be used.
var ErrStore = errors.New("cannot use the store")

// ErrStart is returned when the server did not come up for another reason.
var ErrStart = errors.New("the embedded server did not start")
