package analyst

import "strings"

// countries are ISO 3166 codes with the names and demonyms that people write, the ones that webshops ship to most.
const countries = `DE:germany,deutschland/german|AT:austria/austrian|CH:switzerland/swiss|FR:france/french|IT:italy/italian|ES:spain/spanish|PT:portugal/portuguese
NL:netherlands,the netherlands,holland/dutch|BE:belgium/belgian|LU:luxembourg/|GB:united kingdom,uk,great britain,britain,england,scotland,wales/british|IE:ireland/irish
DK:denmark/danish|SE:sweden/swedish|NO:norway/norwegian|FI:finland/finnish|IS:iceland/icelandic|PL:poland/polish|CZ:czechia,czech republic/czech|SK:slovakia/slovak
HU:hungary/hungarian|SI:slovenia/slovenian|HR:croatia/croatian|RO:romania/romanian|BG:bulgaria/bulgarian|GR:greece/greek|EE:estonia/estonian|LV:latvia/latvian
LT:lithuania/lithuanian|UA:ukraine/ukrainian|TR:turkey,türkiye/turkish|RS:serbia/serbian|US:united states,usa,america,united states of america,the states/american|CA:canada/canadian
MX:mexico/mexican|BR:brazil/brazilian|AR:argentina/argentinian|CL:chile/chilean|CO:colombia/colombian|AU:australia/australian|NZ:new zealand/|JP:japan/japanese|CN:china/chinese
KR:south korea,korea/korean|IN:india/indian|SG:singapore/singaporean|HK:hong kong/|TW:taiwan/taiwanese|TH:thailand/thai|VN:vietnam/vietnamese|ID:indonesia/indonesian
MY:malaysia/malaysian|PH:philippines/filipino|AE:united arab emirates,uae,emirates/|SA:saudi arabia/saudi|IL:israel/israeli|EG:egypt/egyptian|ZA:south africa/south african|NG:nigeria/nigerian|KE:kenya/kenyan|MA:morocco/moroccan`

var countryOf, demonyms, isCode = func() (map[string]string, map[string]string, map[string]bool) {
	byName, byDemonym, codes := map[string]string{}, map[string]string{}, map[string]bool{}
	for one := range strings.FieldsFuncSeq(countries, func(r rune) bool { return r == '|' || r == '\n' }) {
		code, rest, _ := strings.Cut(one, ":")
		names, demonym, _ := strings.Cut(rest, "/")
		for name := range strings.SplitSeq(names, ",") {
			byName[name] = code
		}
		if demonym != "" {
			byDemonym[demonym], byDemonym[demonym+"s"] = code, code
		}
		codes[code] = true
	}
	return byName, byDemonym, codes
}()
