// what: a method called with another this, and with new
// want: completed [1,2] | error code
async () => { const { echo } = items; return [await echo.call({}, 1), await echo.apply(null, [2])]; }
