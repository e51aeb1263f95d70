package sandboxtest

// urlRows is addresses.
func urlRows() []row {
	return []row{
		{`URL parts`, `const u = new URL('https://user:pa%20ss@Example.COM:8080/a/../b c?x=1&y=é#frag'); return [u.href, u.origin, u.protocol, u.username, u.password, u.host, u.hostname, u.port, u.pathname, u.search, u.hash]`, `["https://user:pa%20ss@example.com:8080/b%20c?x=1&y=%C3%A9#frag","https://example.com:8080","https:","user","pa%20ss","example.com:8080","example.com","8080","/b%20c","?x=1&y=%C3%A9","#frag"]`, nil},
		{`URL relative to a base`, `[new URL('../c?d', 'https://e.org/a/b/').href, new URL('//x.org/y', 'http://e.org').href, new URL('?q', new URL('http://e.org/p#h')).href, new URL('#z', 'http://e.org/p?q').href, new URL('/r', 'https://e.org:443/x').href]`, `["https://e.org/a/c?d","http://x.org/y","http://e.org/p?q","http://e.org/p?q#z","https://e.org/r"]`, nil},
		{`URL oddities`, `['http://ex.org\\a\\b', 'HTTP://EX.org:80', 'http://0x7f.1/', 'http://[::1]:3000/a', 'http://münchen.de/ß', 'mailto:a@b.c', 'data:text/plain,hi there', 'file:///C:/a/../b', ' http://a.b/ '].map(s => new URL(s).href)`, `["http://ex.org/a/b","http://ex.org/","http://127.0.0.1/","http://[::1]:3000/a","http://xn--mnchen-3ya.de/%C3%9F","mailto:a@b.c","data:text/plain,hi there","file:///C:/b","http://a.b/"]`, nil},
		{`URL setters`, `const u = new URL('http://e.org/a?x#y'); u.protocol = 'https'; u.hostname = 'f.net'; u.port = '8443'; u.pathname = '/p q'; u.search = 'k=v w'; u.hash = 'h'; u.username = 'me'; return [u.href, (u.port = '', u.host), (u.search = '', u.href), (u.hash = '', u.href)]`, `["https://me@f.net:8443/p%20q?k=v%20w#h","f.net","https://me@f.net/p%20q#h","https://me@f.net/p%20q"]`, nil},
		{`URL setters that do nothing`, `const u = new URL('http://e.org/'); u.port = 'x'; u.protocol = 'mailto'; u.host = ''; return u.href`, `"http://e.org/"`, nil},
		{`URL href setter`, `const u = new URL('http://e.org/'); u.href = 'nonsense'; return 1`, `throws TypeError`, nil},
		{`URL invalid`, `new URL('/only/a/path')`, `throws TypeError`, nil},
		{`URL of an invalid port`, `new URL('http://e.org:99999/')`, `throws TypeError`, nil},
		{`URL.canParse and URL.parse`, `[URL.canParse('http://a'), URL.canParse('a'), URL.canParse('a', 'http://b'), URL.parse('x'), URL.parse('x', 'http://b').href]`, `[true,false,true,null,"http://b/x"]`, nil},
		{`URL as text`, `const u = new URL('http://e.org'); return [String(u), JSON.stringify({u}), u + '', Object.prototype.toString.call(u), u instanceof URL, Object.keys(u)]`, `["http://e.org/","{\"u\":\"http://e.org/\"}","http://e.org/","[object URL]",true,[]]`, nil},
		{`URL origins`, `['http://a:80', 'ftp://a', 'data:x', 'blob:https://a.b/c', 'file:///x', 'custom://h/p'].map(s => new URL(s).origin)`, `["http://a","ftp://a","null","https://a.b","null","null"]`, nil},
		{`URLSearchParams`, `const p = new URLSearchParams('?a=1&b=2&a=3&c=x+y%26z&&d'); return [p.get('a'), p.getAll('a'), p.get('zz'), p.has('b'), p.has('b', '3'), p.get('c'), p.get('d'), p.size, String(p)]`, `["1",["1","3"],null,true,false,"x y&z","",5,"a=1&b=2&a=3&c=x+y%26z&d="]`, nil},
		{`URLSearchParams is made from`, `[String(new URLSearchParams({a: 1, b: 'x y', c: undefined})), String(new URLSearchParams([['k', 'v'], ['k', 'w']])), String(new URLSearchParams(new Map([['m', 1]]))), String(new URLSearchParams(new URLSearchParams('z=1'))), String(new URLSearchParams()), String(new URLSearchParams('é=~!*\'()'))]`, `["a=1&b=x+y&c=undefined","k=v&k=w","m=1","z=1","","%C3%A9=%7E%21*%27%28%29"]`, nil},
		{`URLSearchParams changes`, `const p = new URLSearchParams('a=1&b=2&a=3'); p.append('c', 4); p.set('a', 'x'); p.delete('b'); p.set('n', null); p.delete('c', '5'); return String(p)`, `"a=x&c=4&n=null"`, nil},
		{`URLSearchParams goes round`, `const p = new URLSearchParams('b=1&a=2'); p.sort(); const seen = []; p.forEach((v, k, o) => seen.push(k + v + (o === p))); return [[...p], [...p.keys()], [...p.values()], seen, Object.fromEntries(p)]`, `[[["a","2"],["b","1"]],["a","b"],["2","1"],["a2true","b1true"],{"a":"2","b":"1"}]`, nil},
		{`searchParams of a URL`, `const u = new URL('http://e.org/?a=1#h'); u.searchParams.append('b', 'x y'); const h = u.href; u.search = '?c=3'; const c = u.searchParams.get('c'); u.searchParams.delete('c'); return [h, c, u.href, u.searchParams === u.searchParams]`, `["http://e.org/?a=1&b=x+y#h","3","http://e.org/#h",true]`, nil},
		{`URLSearchParams of broken pairs`, `new URLSearchParams([['a']])`, `throws TypeError`, nil},
		{`URLSearchParams of bad escapes`, `[...new URLSearchParams('a=%zz&b=%e2%82&c=%F0%9F%98%80')].map(([k, v]) => k + v)`, `["a%zz","b�","c😀"]`, nil},
	}
}
