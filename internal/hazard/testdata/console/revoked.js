// what: logs a revoked proxy
// want: error code | completed 1
() => { const { proxy, revoke } = Proxy.revocable([], {}); revoke(); console.log(proxy); return 1; }
