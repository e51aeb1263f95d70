// what: shows a big integer of a million digits
// want: completed * | error timeout | error memory
() => (10n ** 1000000n).toLocaleString("en-US").length
