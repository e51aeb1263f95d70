package sandbox

import "strings"

// currencyDigits returns how many digits the smallest unit of a currency takes. It
// knows those of which ISO 4217 and the data of Unicode say the same.
func currencyDigits(code string) (int, bool) {
	const two = " AED AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY CRC CUP CVE " +
		"CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG ILS INR JMD KES KGS KHR KYD KZT LKR LRD LSL " +
		"MAD MDL MKD MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PLN QAR RON RUB SAR SBD SCR SDG SEK SGD SHP " +
		"SRD SSP STN SVC SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD ZAR ZMW "
	const none = " BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF "
	const three = " BHD JOD KWD LYD OMR TND "
	word := " " + code + " "
	switch {
	case strings.Contains(two, word):
		return 2, true
	case strings.Contains(none, word):
		return 0, true
	case strings.Contains(three, word):
		return 3, true
	}
	return 0, false
}

// currencySymbol is a currency's sign in the United States; most have only their code.
func currencySymbol(code string) string {
	symbol, ok := map[string]string{
		"AUD": "A$", "BRL": "R$", "CAD": "CA$", "CNY": "CN¥", "EUR": "€", "GBP": "£", "HKD": "HK$", "ILS": "₪",
		"INR": "₹", "JPY": "¥", "KRW": "₩", "MXN": "MX$", "NZD": "NZ$", "PHP": "₱", "TWD": "NT$", "USD": "$",
		"VND": "₫", "XAF": "FCFA", "XCD": "EC$", "XOF": "F\u202fCFA", "XPF": "CFPF",
	}[code]
	if !ok {
		return code
	}
	return symbol
}
