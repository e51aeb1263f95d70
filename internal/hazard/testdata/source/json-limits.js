// what: limits that are no limits
// want: error request
// bare
// raw
{"code": "() => 1", "limits": {"cpuMs": -1, "memoryMB": 1e300}}
