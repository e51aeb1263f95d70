package sandboxtest

// regexpRows is regular expressions.
func regexpRows() []row {
	return []row{
		{`property letter`, `['aé1ж'.replace(/\p{L}/gu, 'x'), /^\p{L}+$/u.test('héllo'), /\P{L}/u.exec('ab1c')[0]]`, `["xx1x",true,"1"]`, nil},
		{`property of a category`, `['Aa1 _'.replace(/\p{Lu}/gu, '-'), 'Aa1'.replace(/\p{Lowercase_Letter}/gu, '-'), 'a1٣'.replace(/\p{Nd}/gu, '#'), 'a€$'.replace(/\p{Sc}/gu, '¤'), 'a-b!'.replace(/\p{gc=P}/gu, '')]`, `["-a1 _","A-1","a##","a¤¤","ab"]`, nil},
		{`property of a script`, `['aбγ漢字かな'.replace(/\p{Script=Cyrillic}/gu, 'C').replace(/\p{sc=Greek}/gu, 'G').replace(/\p{Script=Han}+/gu, 'H').replace(/\p{sc=Hira}/gu, 'h')]`, `["aCGHhh"]`, nil},
		{`binary properties`, `[/^\p{Alphabetic}+$/u.test('aéⅷ'), /\p{White_Space}/u.test('\u3000'), /^\p{ASCII}+$/u.test('aé'), /^\p{Hex_Digit}+$/u.test('0fＦ'), /^\p{ID_Start}\p{ID_Continue}*$/u.test('añ1_'), /\p{Uppercase}/u.test('Ⓐ'), /^\p{Any}$/u.test('😀')]`, `[true,true,false,true,true,true,true]`, nil},
		{`properties of emoji`, `['a1😀👍🏽#'.replace(/\p{Emoji_Presentation}/gu, 'E'), /\p{Extended_Pictographic}/u.test('☎'), /\p{Emoji}/u.test('1'), /\p{Emoji_Modifier}/u.test('🏽')]`, `["a1EEE#",true,true,true]`, nil},
		{`property in a class`, `['a1-_é'.replace(/[\p{L}\p{N}_-]/gu, 'x'), 'a1é!'.replace(/[^\p{L}\d]/gu, ''), /[\P{L}]/u.test('a')]`, `["xxxxx","a1é",false]`, nil},
		{`property and case`, `[/\p{Lu}/iu.test('a'), /\p{Ll}/iu.test('A'), /[^\p{Lu}]/iu.test('a'), /\P{Lu}/iu.test('A'), /\p{Lu}+/giu.exec('1İaB')[0], 'xİaİ'.match(/\p{L}/giu).length]`, `[true,true,false,true,"İaB",4]`, nil},
		{`property with lookahead`, `'12€ 30$'.match(/\d+(?=\p{Sc})/gu)`, `["12","30"]`, nil},
		{`property in new RegExp`, `const r = new RegExp('\\p{Lu}\\w+', 'gu'); return ['Ab cd Ef'.match(r), r.source, r.flags, String(r), new RegExp(r, 'u').source, new RegExp(r).exec('Xy')[0]]`, `[["Ab","Ef"],"\\p{Lu}\\w+","gu","/\\p{Lu}\\w+/gu","\\p{Lu}\\w+","Xy"]`, nil},
		{`property literal keeps its source`, `const r = /[\p{L}']+/gu; return [r.source, r.lastIndex, "it's".match(r), r instanceof RegExp, r.constructor === RegExp]`, `["[\\p{L}']+",0,["it's"],true,true]`, nil},
		{`property without the flag u`, `[/\p{2}/.test('pp'), /\p/.test('p')]`, `[true,true]`, nil},
		{`property split and replace`, `['añb1c'.split(/\P{L}/u), 'José Niño'.replace(/(\p{L})\p{L}*/gu, (_, f) => f + '.')]`, `[["añb","c"],"J. N."]`, nil},
		{`unknown property`, `new RegExp('\\p{Nonsense}', 'u')`, `throws SyntaxError`, nil},
		{`Script_Extensions is refused`, `/\p{Script_Extensions=Latin}/u.test('a')`, `throws SyntaxError`, nil},
		{`lower case name of a property`, `/\p{lu}/u.test('a')`, `throws SyntaxError`, nil},
		{`flag v is refused`, `/[a--b]/v.test('a')`, `throws SyntaxError`, nil},
		{`flag d is refused`, `/a/d.exec('a').indices`, `throws SyntaxError`, nil},
		{`RegExp.escape`, `[RegExp.escape('a.b*c'), RegExp.escape('1-2 [x]/'), new RegExp(RegExp.escape('$(1)')).test('$(1)'), RegExp.escape('\n')]`, `["\\x61\\.b\\*c","\\x31\\x2d2\\x20\\[x\\]\\/",true,"\\n"]`, nil},
		{`RegExp.escape of no string`, `RegExp.escape(5)`, `throws TypeError`, nil},
		{`named groups and lookbehind`, `const m = /(?<y>\d{4})-(?<m>\d\d)/.exec('on 2024-06'); return [m.groups.y, m.index, '2024-06'.replace(/(?<y>\d+)-(?<m>\d+)/, '$<m>/$<y>'), '$10 €5'.match(/(?<=\$)\d+/)[0], /(?<!a)b/.test('ab')]`, `["2024",3,"06/2024","10",false]`, nil},
		{`sticky and global`, `const y = /a/y; y.lastIndex = 1; const g = /a/g; return [y.test('ba'), y.lastIndex, g.test('aa'), g.lastIndex, 'aXbX'.split('X')]`, `[true,2,true,1,["a","b",""]]`, nil},
		{`matchAll`, `[...'a1b22'.matchAll(/([a-z])(\d+)/g)].map(m => [m[0], m[1], m[2], m.index])`, `[["a1","a","1",0],["b22","b","22",2]]`, nil},
		{`matchAll without g`, `'a'.matchAll(/a/)`, `throws TypeError`, nil},
		{`unicode and dot`, `['😀'.match(/./)[0].length, '😀'.match(/./u)[0].length, /^.$/s.test('\n'), /\u{1f600}/u.test('😀')]`, `[1,2,true,true]`, nil},
		{`backreferences`, `[/(a)\1/.test('aa'), /(?<q>['"]).*?\k<q>/.exec('say "hi"')[0]]`, `[true,"\"hi\""]`, nil},
		{`callbacks of replace`, `'a-b-c'.replace(/-(\w)/g, (m, p, at, s) => p.toUpperCase() + at)`, `"aB1C3"`, nil},
	}
}
