// what: looks for the globals of other hosts
// want: completed []
() => ["process", "require", "module", "Deno", "Bun", "Buffer", "global", "window", "self", "fetch", "XMLHttpRequest", "WebSocket", "Worker",
  "WebAssembly", "SharedArrayBuffer", "Atomics", "WeakRef", "FinalizationRegistry", "GoError", "__bind", "__dirname", "importScripts", "Java", "load", "print", "read",
  "os", "std", "gc", "quit"].filter((name) => name in globalThis)
