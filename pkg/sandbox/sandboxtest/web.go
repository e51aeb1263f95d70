package sandboxtest

// webRows is what the Web adds to the language.
func webRows() []row {
	return []row{
		{`TextEncoder`, `const e = new TextEncoder(); return [[...e.encode('é😀')], [...e.encode('\ud800')], e.encode().length, e.encoding, e.encodeInto('aé😀', new Uint8Array(4))]`, `[[195,169,240,159,152,128],[239,191,189],0,"utf-8",{"read":2,"written":3}]`, nil},
		{`TextDecoder`, `const d = new TextDecoder(); return [d.decode(new Uint8Array([195, 169, 240, 159, 152, 128])), d.decode(new Uint8Array([97, 255, 98])), d.decode(new Uint8Array([0xef, 0xbb, 0xbf, 97])).length, new TextDecoder('utf-8', {ignoreBOM: true}).decode(new Uint8Array([0xef, 0xbb, 0xbf, 97])).length, d.encoding, d.decode()]`, `["é😀","a�b",1,2,"utf-8",""]`, nil},
		{`TextDecoder replaces as it must`, `const f = (...b) => new TextDecoder().decode(new Uint8Array(b)); return [f(0xe2, 0x82), f(0xe2, 0x82, 0x41), f(0xf0, 0x9f, 0x98), f(0xed, 0xa0, 0x80), f(0xc0, 0x80), f(0xf4, 0x90, 0x80, 0x80)].map(s => [...s].map(c => c === '\ufffd' ? '?' : c).join(''))`, `["?","?A","?","???","??","????"]`, nil},
		{`TextDecoder fatal`, `new TextDecoder('utf-8', {fatal: true}).decode(new Uint8Array([255]))`, `throws TypeError`, nil},
		{`TextDecoder stream`, `const d = new TextDecoder(); return [d.decode(new Uint8Array([0xe2, 0x82]), {stream: true}), d.decode(new Uint8Array([0xac]), {stream: true}), d.decode()]`, `["","€",""]`, nil},
		{`TextDecoder stream that ends short`, `const d = new TextDecoder(); return [d.decode(new Uint8Array([0xe2, 0x82]), {stream: true}), d.decode().codePointAt(0)]`, `["",65533]`, nil},
		{`TextDecoder of other encodings`, `[new TextDecoder('utf-16le').decode(new Uint8Array([0x61, 0, 0x3d, 0xd8, 0, 0xde])), new TextDecoder('utf-16be').decode(new Uint8Array([0, 0x61])), new TextDecoder('latin1').decode(new Uint8Array([0xe9, 0x80])), new TextDecoder('ascii').encoding, new TextDecoder(' UTF8 ').encoding, new TextDecoder('utf-16').decode(new Uint8Array([0, 0xd8])).codePointAt(0)]`, `["a😀","a","é€","windows-1252","utf-8",65533]`, nil},
		{`TextDecoder of no encoding`, `new TextDecoder('nonsense')`, `throws RangeError`, nil},
		{`TextDecoder of a view`, `const b = new Uint8Array([97, 98, 99, 100]).buffer; return [new TextDecoder().decode(b), new TextDecoder().decode(new DataView(b, 1, 2)), new TextDecoder().decode(new Uint8Array(b, 2))]`, `["abcd","bc","cd"]`, nil},
		{`TextDecoder of a string`, `new TextDecoder().decode('abc')`, `throws TypeError`, nil},
		{`btoa and atob`, `[btoa('hé'), atob('aOk='), atob(' a Ok '), atob(''), btoa(''), atob(btoa('\x00\xff')) === '\x00\xff']`, `["aOk=","hé","hé","","",true]`, nil},
		{`btoa beyond Latin1`, `btoa('€')`, `throws InvalidCharacterError`, nil},
		{`atob and padding`, `[atob('YQ'), atob('YQ=='), atob('YR==')]`, `["a","a","a"]`, nil},
		{`atob of half a padding`, `atob('YQ=')`, `throws InvalidCharacterError`, nil},
		{`atob of nonsense`, `atob('a')`, `throws InvalidCharacterError`, nil},
		{`DOMException`, `const e = new DOMException('m', 'AbortError'); return [e.name, e.message, e.code, e instanceof Error, DOMException.ABORT_ERR, String(e), Object.prototype.toString.call(e), new DOMException().name]`, `["AbortError","m",20,true,20,"AbortError: m","[object DOMException]","Error"]`, nil},
		{`crypto.subtle.digest`, `const hex = b => [...new Uint8Array(b)].map(x => x.toString(16).padStart(2, '0')).join(''); const d = new TextEncoder().encode('abc'); return [hex(await crypto.subtle.digest('SHA-256', d)), hex(await crypto.subtle.digest({name: 'sha-1'}, d.buffer)), (await crypto.subtle.digest('SHA-384', d)).byteLength, hex(await crypto.subtle.digest('SHA-512', d)).slice(0, 16)]`, `["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","a9993e364706816aba3e25717850c26c9cd0d89d",48,"ddaf35a193617aba"]`, nil},
		{`crypto.subtle.digest of MD5`, `crypto.subtle.digest('MD5', new Uint8Array())`, `throws NotSupportedError`, nil},
		{`crypto.subtle.digest of a string`, `crypto.subtle.digest('SHA-256', 'abc')`, `throws TypeError`, nil},
		{`crypto random`, `const u = crypto.randomUUID(); const a = crypto.getRandomValues(new Uint8Array(8)); return [/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(u), a.length, u !== crypto.randomUUID()]`, `[true,8,true]`, nil},
		{`crypto random of too much`, `crypto.getRandomValues(new Uint8Array(65537))`, `throws QuotaExceededError`, nil},
		{`performance`, `[typeof performance.now(), performance.now() >= 0, typeof performance.timeOrigin]`, `["number",true,"number"]`, nil},
		{`timers`, `const out = []; const i = setInterval(() => { out.push('i'); if (out.length > 2) clearInterval(i) }, 5); const t = setTimeout(() => out.push('never'), 1); clearTimeout(t); setTimeout((a, b) => out.push(a + b), 7, 1, 2); await new Promise(r => setTimeout(r, 30)); return out`, `["i",3,"i"]`, nil},
	}
}
