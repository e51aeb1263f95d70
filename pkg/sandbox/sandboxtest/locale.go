package sandboxtest

// localeRows is the texts of numbers and dates, and the order of strings.
func localeRows() []row {
	return []row{
		{`number grouping`, `[(1234567.891).toLocaleString('en-US'), (999).toLocaleString(), (-1000).toLocaleString('en'), (1234.5678).toLocaleString(), 1234567n.toLocaleString('en-US'), (1e21).toLocaleString(), (-0).toLocaleString()]`, `["1,234,567.891","999","-1,000","1,234.568","1,234,567","1,000,000,000,000,000,000,000","-0"]`, nil},
		{`number rounding`, `[(2.5).toLocaleString('en-US', {maximumFractionDigits: 0}), (1.005).toLocaleString('en-US', {maximumFractionDigits: 2}), (0.5).toLocaleString('en-US', {maximumFractionDigits: 0}), (-1.5).toLocaleString('en-US', {maximumFractionDigits: 0}), (999.995).toLocaleString('en-US', {maximumFractionDigits: 2})]`, `["3","1.01","1","-2","1,000"]`, nil},
		{`number fraction digits`, `[(5).toLocaleString('en-US', {minimumFractionDigits: 2}), (5.5555).toLocaleString('en-US', {minimumFractionDigits: 1, maximumFractionDigits: 2}), (7).toLocaleString('en-US', {minimumIntegerDigits: 3}), (1234.5).toLocaleString('en-US', {useGrouping: false})]`, `["5.00","5.56","007","1234.5"]`, nil},
		{`number significant digits`, `[(123456).toLocaleString('en-US', {maximumSignificantDigits: 3}), (0.00012345).toLocaleString('en-US', {maximumSignificantDigits: 2}), (5).toLocaleString('en-US', {minimumSignificantDigits: 3})]`, `["123,000","0.00012","5.00"]`, nil},
		{`percent`, `[(0.256).toLocaleString('en-US', {style: 'percent'}), (0.12345).toLocaleString('en-US', {style: 'percent', minimumFractionDigits: 1}), (12).toLocaleString('en-US', {style: 'percent'})]`, `["26%","12.3%","1,200%"]`, nil},
		{`currency`, `[(1234.5).toLocaleString('en-US', {style: 'currency', currency: 'USD'}), (-5).toLocaleString('en-US', {style: 'currency', currency: 'EUR'}), (1234.56).toLocaleString('en-US', {style: 'currency', currency: 'JPY'}), (5).toLocaleString('en-US', {style: 'currency', currency: 'CHF'}), (5).toLocaleString('en-US', {style: 'currency', currency: 'USD', maximumFractionDigits: 0}), (-5).toLocaleString('en-US', {style: 'currency', currency: 'USD', currencySign: 'accounting'})]`, `["$1,234.50","-€5.00","¥1,235","CHF 5.00","$5","($5.00)"]`, nil},
		{`compact`, `const f = n => n.toLocaleString('en-US', {notation: 'compact'}); return [f(999), f(1234), f(12345), f(999999), f(1500000), f(2e9), f(1.25), (1500).toLocaleString('en-US', {notation: 'compact', compactDisplay: 'long'}), (1234567).toLocaleString('en-US', {notation: 'compact', maximumFractionDigits: 2})]`, `["999","1.2K","12K","1M","1.5M","2B","1.3","1.5 thousand","1.23M"]`, nil},
		{`sign display`, `[(5).toLocaleString('en-US', {signDisplay: 'always'}), (0).toLocaleString('en-US', {signDisplay: 'exceptZero'}), (-5).toLocaleString('en-US', {signDisplay: 'never'})]`, `["+5","0","5"]`, nil},
		{`numbers that are none`, `[NaN.toLocaleString(), (-Infinity).toLocaleString(), [1234, 5, null].toLocaleString()]`, `["NaN","-∞","1,234,5,"]`, nil},
		{`another locale`, `(1).toLocaleString('de-DE')`, `throws RangeError`, nil},
		{`another locale for a list`, `[1.5].toLocaleString('de-DE')`, `throws RangeError`, nil},
		{`unit style`, `(1).toLocaleString('en-US', {style: 'unit', unit: 'liter'})`, `throws RangeError`, nil},
		{`notation scientific`, `(1).toLocaleString('en-US', {notation: 'scientific'})`, `throws RangeError`, nil},
		{`currency without a code`, `(1).toLocaleString('en-US', {style: 'currency'})`, `throws TypeError`, nil},
		{`date as text`, `const d = new Date(1718490030045); return [d.toLocaleDateString('en-US'), d.toLocaleTimeString(), d.toLocaleString('en-US', {timeZone: 'UTC'}), new Date(NaN).toLocaleString()]`, `["6/15/2024","10:20:30 PM","6/15/2024, 10:20:30 PM","Invalid Date"]`, nil},
		{`dateStyle and timeStyle`, `const d = new Date(1718490030045); const f = (a, b) => d.toLocaleString('en-US', {dateStyle: a, timeStyle: b}); return [f('full', 'short'), f('long'), f('medium', 'medium'), f('short'), f(undefined, 'long'), f(undefined, 'full')]`, `["Saturday, June 15, 2024 at 10:20 PM","June 15, 2024","Jun 15, 2024, 10:20:30 PM","6/15/24","10:20:30 PM UTC","10:20:30 PM Coordinated Universal Time"]`, nil},
		{`date fields`, `const d = new Date(1717545909007); const f = o => d.toLocaleDateString('en-US', o); return [f({year: 'numeric', month: 'long', day: 'numeric'}), f({weekday: 'short', month: 'short', day: '2-digit', year: 'numeric'}), f({month: '2-digit', day: '2-digit', year: 'numeric'}), f({month: 'long', year: 'numeric'}), f({weekday: 'long'}), f({month: 'short', day: 'numeric'}), f({year: '2-digit', month: 'numeric', day: 'numeric'})]`, `["June 5, 2024","Wed, Jun 05, 2024","06/05/2024","June 2024","Wednesday","Jun 5","6/5/24"]`, nil},
		{`time fields`, `const d = new Date(1717545909007); const f = o => d.toLocaleTimeString('en-US', o); return [f({hour: '2-digit', minute: '2-digit'}), f({hour: 'numeric'}), f({hourCycle: 'h23'}), f({timeZoneName: 'short'}), f({hour: 'numeric', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3})]`, `["12:05 AM","12 AM","00:05:09","12:05:09 AM UTC","12:05:09.007 AM"]`, nil},
		{`hour12 false`, `const d = new Date(1718490030045); return [d.toLocaleTimeString('en-US', {hour12: false}), d.toLocaleString('en-US', {hour12: false, dateStyle: 'short', timeStyle: 'short'})]`, `["22:20:30","6/15/24, 22:20"]`, nil},
		{`date and time fields`, `const d = new Date(1718490030045); return [d.toLocaleString('en-US', {month: 'long', day: 'numeric', year: 'numeric', hour: 'numeric', minute: '2-digit'}), d.toLocaleString('en-US', {month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit'}), d.toLocaleDateString('en-US', {weekday: 'long', year: 'numeric', month: 'long', day: 'numeric'})]`, `["June 15, 2024 at 10:20 PM","Jun 15, 10:20 PM","Saturday, June 15, 2024"]`, nil},
		{`another time zone`, `new Date(0).toLocaleString('en-US', {timeZone: 'America/New_York'})`, `throws RangeError`, nil},
		{`another locale for dates`, `new Date(0).toLocaleDateString('en-GB')`, `throws RangeError`, nil},
		{`era`, `new Date(0).toLocaleDateString('en-US', {era: 'short'})`, `throws RangeError`, nil},
		{`styles and fields together`, `new Date(0).toLocaleString('en-US', {dateStyle: 'short', year: 'numeric'})`, `throws TypeError`, nil},
		{`localeCompare`, `['b', 'a', 'C', 'á', 'B', '_', '10', '9'].sort((x, y) => x.localeCompare(y))`, `["_","10","9","a","á","b","B","C"]`, nil},
		{`localeCompare with options`, `['a'.localeCompare('A', 'en', {sensitivity: 'base'}), 'a'.localeCompare('á', undefined, {sensitivity: 'base'}), 'a'.localeCompare('á', 'en', {sensitivity: 'accent'}), ['item 10', 'item 9', 'item 1'].sort((x, y) => x.localeCompare(y, undefined, {numeric: true})), 'résumé'.localeCompare('resume') > 0]`, `[0,0,-1,["item 1","item 9","item 10"],true]`, nil},
		{`localeCompare in another language`, `'a'.localeCompare('b', 'sv')`, `throws RangeError`, nil},
		{`localeCompare with caseFirst`, `'a'.localeCompare('B', 'en', {caseFirst: 'upper'})`, `throws RangeError`, nil},
		{`toLocaleUpperCase`, `['straße'.toLocaleUpperCase(), 'ABC'.toLocaleLowerCase('en-US')]`, `["STRASSE","abc"]`, nil},
		{`toLocaleUpperCase in Turkish`, `'i'.toLocaleUpperCase('tr')`, `throws RangeError`, nil},
	}
}
