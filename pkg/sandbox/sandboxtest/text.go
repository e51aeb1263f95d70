package sandboxtest

// textRows is strings.
func textRows() []row {
	return []row{
		{`isWellFormed`, `['a\ud800'.isWellFormed(), 'a😀'.isWellFormed(), 'a\ud800b'.toWellFormed(), '\udc00\ud83d\ude00'.toWellFormed()]`, `[false,true,"a�b","�😀"]`, nil},
		{`at and replaceAll`, `['abc'.at(-1), 'a.b.c'.replaceAll('.', '-'), 'x'.padStart(3, 'ab'), ' a '.trimEnd(), 'abcabc'.lastIndexOf('b')]`, `["c","a-b-c","abx"," a",4]`, nil},
		{`code points`, `['😀'.codePointAt(0), String.fromCodePoint(0x1f600), [...'a😀'].length, '😀'.length, 'a\u0301'.normalize('NFC') === 'á']`, `[128512,"😀",2,2,true]`, nil},
		{`case`, `['ß'.toUpperCase(), 'İ'.toLowerCase().length, 'ΑΣ'.toLowerCase(), 'ﬁ'.toUpperCase()]`, `["SS",2,"ας","FI"]`, nil},
		{`normalize`, `['ﬁ'.normalize('NFKC'), 'é'.normalize('NFD').length]`, `["fi",2]`, nil},
		{`normalize of no form`, `'a'.normalize('nfc')`, `throws RangeError`, nil},
		{`raw strings`, "String.raw`a\\n${1}`", `"a\\n1"`, nil},
		{`encodeURIComponent`, `[encodeURIComponent('a b&é/😀'), decodeURIComponent('%F0%9F%98%80'), encodeURI('http://x/é?a=b c')]`, `["a%20b%26%C3%A9%2F%F0%9F%98%80","😀","http://x/%C3%A9?a=b%20c"]`, nil},
		{`encodeURIComponent of half a pair`, `encodeURIComponent('\ud800')`, `throws URIError`, nil},
		{`escape`, `[escape('é ü'), unescape('%E9')]`, `["%E9%20%FC","é"]`, nil},
	}
}
