// what: an enum whose constant strings double
// want: completed * | error syntax | error timeout | error memory | error code
// timeoutMs: 10000
const enum E { A = `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`, B = `${A}${A}${A}${A}${A}${A}${A}${A}`, C = `${B}${B}${B}${B}${B}${B}${B}${B}`,
  D = `${C}${C}${C}${C}${C}${C}${C}${C}`, F = `${D}${D}${D}${D}${D}${D}${D}${D}`, G = `${F}${F}${F}${F}${F}${F}${F}${F}`,
  H = `${G}${G}${G}${G}${G}${G}${G}${G}`, I = `${H}${H}${H}${H}${H}${H}${H}${H}`, J = `${I}${I}${I}${I}${I}${I}${I}${I}` }
E.J.length
