package sandbox

import (
	"strings"
	"unicode"
)

// propertySet returns the characters that \p{expression} stands for. It reports false
// for what is no property of ECMAScript, and for those that there is no table of:
// rather none than a set that is nearly right.
func propertySet(expression string) (runeSet, bool) {
	name, value, found := strings.Cut(expression, "=")
	if !found {
		if set, ok := categorySet(name); ok {
			return set, true
		}
		if set, ok := binarySet(name); ok {
			return set, true
		}
		return emojiSet(name)
	}
	switch name {
	case "General_Category", "gc":
		return categorySet(value)
	case "Script", "sc":
		return scriptSet(value)
	}
	return nil, false
}

func scriptSet(name string) (runeSet, bool) {
	if long, ok := scriptAlias(name); ok {
		name = long
	}
	table, ok := unicode.Scripts[name]
	if !ok {
		return nil, false
	}
	return setOf(table), true
}

// scriptAlias returns the name of a script that has also a short one.
func scriptAlias(short string) (string, bool) {
	long, ok := map[string]string{
		"Arab": "Arabic", "Armn": "Armenian", "Beng": "Bengali", "Bopo": "Bopomofo", "Brai": "Braille",
		"Cans": "Canadian_Aboriginal", "Cher": "Cherokee", "Copt": "Coptic", "Qaac": "Coptic", "Cyrl": "Cyrillic",
		"Deva": "Devanagari", "Egyp": "Egyptian_Hieroglyphs", "Ethi": "Ethiopic", "Geor": "Georgian",
		"Goth": "Gothic", "Grek": "Greek", "Gujr": "Gujarati", "Guru": "Gurmukhi", "Hang": "Hangul",
		"Hani": "Han", "Hebr": "Hebrew", "Hira": "Hiragana", "Kana": "Katakana", "Khmr": "Khmer",
		"Knda": "Kannada", "Laoo": "Lao", "Latn": "Latin", "Mlym": "Malayalam", "Mong": "Mongolian",
		"Mymr": "Myanmar", "Nkoo": "Nko", "Ogam": "Ogham", "Orya": "Oriya", "Runr": "Runic", "Sinh": "Sinhala",
		"Syrc": "Syriac", "Taml": "Tamil", "Telu": "Telugu", "Tfng": "Tifinagh", "Thaa": "Thaana",
		"Tibt": "Tibetan", "Yiii": "Yi", "Zyyy": "Common", "Zinh": "Inherited", "Qaai": "Inherited",
	}[short]
	return long, ok
}

// categorySet returns the characters of a General_Category.
func categorySet(name string) (runeSet, bool) {
	switch name = shortCategory(name); name {
	case "Cn":
		return assigned().complement(), true
	case "C":
		return setOf(unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co).union(assigned().complement()), true
	case "LC":
		return setOf(unicode.Lu, unicode.Ll, unicode.Lt), true
	}
	table, ok := unicode.Categories[name]
	if !ok {
		return nil, false
	}
	return setOf(table), true
}

// assigned are all characters that have another category than Cn.
func assigned() runeSet {
	return setOf(unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z,
		unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co)
}

// shortCategory returns the short name of a category.
func shortCategory(name string) string {
	short, ok := map[string]string{
		"Cased_Letter": "LC", "Close_Punctuation": "Pe", "Connector_Punctuation": "Pc", "Control": "Cc", "cntrl": "Cc",
		"Currency_Symbol": "Sc", "Dash_Punctuation": "Pd", "Decimal_Number": "Nd", "digit": "Nd",
		"Enclosing_Mark": "Me", "Final_Punctuation": "Pf", "Format": "Cf", "Initial_Punctuation": "Pi",
		"Letter": "L", "Letter_Number": "Nl", "Line_Separator": "Zl", "Lowercase_Letter": "Ll",
		"Mark": "M", "Combining_Mark": "M", "Math_Symbol": "Sm", "Modifier_Letter": "Lm", "Modifier_Symbol": "Sk",
		"Nonspacing_Mark": "Mn", "Number": "N", "Open_Punctuation": "Ps", "Other": "C", "Other_Letter": "Lo",
		"Other_Number": "No", "Other_Punctuation": "Po", "Other_Symbol": "So", "Paragraph_Separator": "Zp",
		"Private_Use": "Co", "Punctuation": "P", "punct": "P", "Separator": "Z", "Space_Separator": "Zs",
		"Spacing_Mark": "Mc", "Surrogate": "Cs", "Symbol": "S", "Titlecase_Letter": "Lt", "Unassigned": "Cn",
		"Uppercase_Letter": "Lu",
	}[name]
	if ok {
		return short
	}
	return name
}

// binarySet returns the characters of a binary property: one that the standard library
// has a table of, or that Unicode derives from such.
func binarySet(name string) (runeSet, bool) {
	switch name {
	case "Any":
		return runeSet{{0, unicode.MaxRune}}, true
	case "ASCII":
		return runeSet{{0, 0x7f}}, true
	case "Assigned":
		return assigned(), true
	case "Alphabetic", "Alpha":
		return setOf(unicode.Lu, unicode.Ll, unicode.Lt, unicode.Lm, unicode.Lo, unicode.Nl,
			unicode.Other_Uppercase, unicode.Other_Lowercase, unicode.Other_Alphabetic), true
	case "Lowercase", "Lower":
		return setOf(unicode.Ll, unicode.Other_Lowercase), true
	case "Uppercase", "Upper":
		return setOf(unicode.Lu, unicode.Other_Uppercase), true
	case "Cased":
		return setOf(unicode.Ll, unicode.Other_Lowercase, unicode.Lu, unicode.Other_Uppercase, unicode.Lt), true
	case "Math":
		return setOf(unicode.Sm, unicode.Other_Math), true
	case "ID_Start", "IDS":
		return idStart(), true
	case "ID_Continue", "IDC":
		return idStart().union(setOf(unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc, unicode.Other_ID_Continue).without(patterns())), true
	case "Grapheme_Extend", "Gr_Ext":
		return setOf(unicode.Me, unicode.Mn, unicode.Other_Grapheme_Extend), true
	}
	table, ok := propertyTable(name)
	if !ok {
		return nil, false
	}
	return setOf(table), true
}

func patterns() runeSet { return setOf(unicode.Pattern_Syntax, unicode.Pattern_White_Space) }

func idStart() runeSet {
	return setOf(unicode.L, unicode.Nl, unicode.Other_ID_Start).without(patterns())
}

// propertyTable returns the table of a property of PropList that ECMAScript knows.
func propertyTable(name string) (*unicode.RangeTable, bool) {
	if long, ok := map[string]string{
		"AHex": "ASCII_Hex_Digit", "Bidi_C": "Bidi_Control", "Dep": "Deprecated", "Dia": "Diacritic", "Ext": "Extender",
		"Hex": "Hex_Digit", "IDSB": "IDS_Binary_Operator", "IDST": "IDS_Trinary_Operator", "Ideo": "Ideographic",
		"Join_C": "Join_Control", "LOE": "Logical_Order_Exception", "NChar": "Noncharacter_Code_Point",
		"Pat_Syn": "Pattern_Syntax", "Pat_WS": "Pattern_White_Space", "QMark": "Quotation_Mark", "RI": "Regional_Indicator",
		"STerm": "Sentence_Terminal", "SD": "Soft_Dotted", "Term": "Terminal_Punctuation", "UIdeo": "Unified_Ideograph",
		"VS": "Variation_Selector", "space": "White_Space",
	}[name]; ok {
		name = long
	}
	if strings.HasPrefix(name, "Other_") || name == "Hyphen" || name == "Prepended_Concatenation_Mark" || name == "STerm" {
		return nil, false
	}
	table, ok := unicode.Properties[name]
	return table, ok
}
