// what: throws a revoked proxy
// want: error code
() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy; }
