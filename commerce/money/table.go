package money

// exponents holds the active codes of ISO 4217 list one that have a minor
// unit, funds included, as of 2026: without BGN (2026), ANG (2025), ZWL and
// SLL (2024), HRK (2023). It is never written to.
var exponents = func() map[Currency]uint8 {
	const codes = "" +
		"AED2AFN2ALL2AMD2AOA2ARS2AUD2AWG2AZN2BAM2BBD2BDT2BHD3BIF0BMD2BND2BOB2BOV2BRL2BSD2BTN2BWP2BYN2BZD2" +
		"CAD2CDF2CHE2CHF2CHW2CLF4CLP0CNY2COP2COU2CRC2CUP2CVE2CZK2DJF0DKK2DOP2DZD2EGP2ERN2ETB2EUR2FJD2FKP2" +
		"GBP2GEL2GHS2GIP2GMD2GNF0GTQ2GYD2HKD2HNL2HTG2HUF2IDR2ILS2INR2IQD3IRR2ISK0JMD2JOD3JPY0KES2KGS2KHR2" +
		"KMF0KPW2KRW0KWD3KYD2KZT2LAK2LBP2LKR2LRD2LSL2LYD3MAD2MDL2MGA2MKD2MMK2MNT2MOP2MRU2MUR2MVR2MWK2MXN2" +
		"MXV2MYR2MZN2NAD2NGN2NIO2NOK2NPR2NZD2OMR3PAB2PEN2PGK2PHP2PKR2PLN2PYG0QAR2RON2RSD2RUB2RWF0SAR2SBD2" +
		"SCR2SDG2SEK2SGD2SHP2SLE2SOS2SRD2SSP2STN2SVC2SYP2SZL2THB2TJS2TMT2TND3TOP2TRY2TTD2TWD2TZS2UAH2UGX0" +
		"USD2USN2UYI0UYU2UYW4UZS2VED2VES2VND0VUV0WST2XAD2XAF0XCD2XCG2XOF0XPF0YER2ZAR2ZMW2ZWG2"
	m := make(map[Currency]uint8, len(codes)/4)
	for i := 0; i+4 <= len(codes); i += 4 {
		m[Currency(codes[i:i+3])] = codes[i+3] - '0'
	}
	return m
}()

// symbols holds signs that mean one currency only. It is never written to.
var symbols = map[Currency]string{
	"AUD": "A$", "AZN": "₼", "BDT": "৳", "BRL": "R$", "CAD": "CA$", "CNY": "CN¥", "CRC": "₡", "EUR": "€", "GBP": "£",
	"GEL": "₾", "GHS": "GH₵", "HKD": "HK$", "ILS": "₪", "INR": "₹", "JPY": "¥", "KHR": "៛", "KRW": "₩", "KZT": "₸",
	"LAK": "₭", "MNT": "₮", "MXN": "MX$", "NGN": "₦", "NZD": "NZ$", "PHP": "₱", "PYG": "₲", "RUB": "₽", "THB": "฿",
	"TRY": "₺", "TWD": "NT$", "UAH": "₴", "USD": "$", "VND": "₫", "XAF": "FCFA", "XCD": "EC$", "XOF": "F CFA", "XPF": "CFPF",
}
