// what: throws a big integer of many digits
// want: error code | error timeout
// timeoutMs: 8000
() => { throw 10n ** 200000n; }
