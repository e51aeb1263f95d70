package sandboxtest

// intlRows is Intl, of which there is English only.
func intlRows() []row {
	return []row{
		{`Intl.NumberFormat`, `const f = new Intl.NumberFormat('en-US', {style: 'currency', currency: 'USD'}); return [f.format(1234.5), [1, 2].map(f.format), f.formatToParts(-1234.5).map(p => p.type + ':' + p.value), Intl.NumberFormat('en-US').format(5n)]`, `["$1,234.50",["$1.00","$2.00"],["minusSign:-","currency:$","integer:1","group:,","integer:234","decimal:.","fraction:50"],"5"]`, nil},
		{`Intl.DateTimeFormat`, `const f = new Intl.DateTimeFormat('en-US', {year: 'numeric', month: '2-digit', day: '2-digit', timeZone: 'UTC'}); return [f.format(new Date(0)), f.formatToParts(0).map(p => p.type + p.value).join(), Intl.DateTimeFormat().resolvedOptions().timeZone, new Intl.DateTimeFormat('en-US').format(1718490030045)]`, `["01/01/1970","month01,literal/,day01,literal/,year1970","UTC","6/15/2024"]`, nil},
		{`Intl.DateTimeFormat of now`, `new Intl.DateTimeFormat('en-US', {dateStyle: 'medium'}).format() === new Intl.DateTimeFormat('en-US', {dateStyle: 'medium'}).format(Date.now())`, `true`, nil},
		{`Intl.PluralRules`, `const c = new Intl.PluralRules('en-US'), o = new Intl.PluralRules('en-US', {type: 'ordinal'}); return [[0, 1, 2, 1.5].map(n => c.select(n)), [1, 2, 3, 4, 11, 12, 13, 21, 101].map(n => o.select(n))]`, `[["other","one","other","other"],["one","two","few","other","other","other","other","one","one"]]`, nil},
		{`Intl.ListFormat`, `const l = ['a', 'b', 'c'], f = (o, x = l) => new Intl.ListFormat('en', o).format(x); return [f(), f({type: 'disjunction'}), f({}, ['a', 'b']), f({}, ['a']), f({type: 'unit', style: 'narrow'}), f({style: 'short'})]`, `["a, b, and c","a, b, or c","a and b","a","a b c","a, b, & c"]`, nil},
		{`Intl.RelativeTimeFormat`, `const a = new Intl.RelativeTimeFormat('en', {numeric: 'auto'}), f = new Intl.RelativeTimeFormat('en'); return [a.format(-1, 'day'), a.format(2, 'weeks'), a.format(0, 'year'), f.format(1, 'day'), f.format(-1234, 'hours'), f.format(-0, 'second')]`, `["yesterday","in 2 weeks","this year","in 1 day","1,234 hours ago","0 seconds ago"]`, nil},
		{`Intl.Collator`, `['b', 'a', 'C'].sort(new Intl.Collator('en').compare).join() + new Intl.Collator(undefined, {numeric: true}).compare('2', '10')`, `"a,b,C-1"`, nil},
		{`Intl supported locales`, `[Intl.NumberFormat.supportedLocalesOf(['en-US']), typeof Intl, Object.prototype.toString.call(Intl), new Intl.NumberFormat() instanceof Intl.NumberFormat]`, `[["en-US"],"object","[object Intl]",true]`, nil},
		{`Intl.NumberFormat in German`, `new Intl.NumberFormat('de-DE')`, `throws RangeError`, nil},
		{`Intl.DateTimeFormat elsewhere`, `new Intl.DateTimeFormat('en-US', {timeZone: 'Europe/Berlin'})`, `throws RangeError`, nil},
		{`Intl.Segmenter`, `new Intl.Segmenter('en', {granularity: 'word'})`, `throws RangeError`, nil},
		{`Intl.DisplayNames`, `new Intl.DisplayNames(['en'], {type: 'region'})`, `throws RangeError`, nil},
		{`Intl unknown option`, `new Intl.NumberFormat('en-US', {style: 'unit', unit: 'byte'})`, `throws RangeError`, nil},
		{`Intl fields of no order`, `new Intl.DateTimeFormat('en-US', {year: 'numeric', weekday: 'long'})`, `throws RangeError`, nil},
	}
}
