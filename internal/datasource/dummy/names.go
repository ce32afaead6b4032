package dummy

import "strings"

// country is where some of the customers live: their names, cities and telephone numbers. Numbers are of ranges that the
// country's regulator keeps for fiction (NANPA 555-01XX, Ofcom 07700 900, ARCEP 06 39 98, PTS 070 1740 6, BNetzA
// 0176 04069, ComReg 020 91), so that nobody's telephone can ever ring.
type country struct {
	code, locale string
	share        float64
	first, last  []string
	cities       []city
	phone        func(n uint64) string
}

type city struct{ name, zone string }

func words(s string) []string { return strings.Split(s, " ") }

func in(zone string, names ...string) (out []city) {
	for _, n := range names {
		out = append(out, city{n, zone})
	}
	return out
}

var countries = []country{
	{
		code: "DE", locale: "de-DE", share: 0.30,
		first:  words("Anna Lukas Marie Jonas Lena Felix Sophie Paul Laura Maximilian Julia Leon Katharina Tim Sarah Jan Hannah Niklas Lisa Moritz Johanna Philipp Clara Tobias Franziska Sebastian Nina Florian Mia David Emma Simon Greta Fabian Ida Stefan Helga Uwe Petra Jürgen Aylin Emre"),
		last:   words("Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Werner Krause Lehmann Köhler Maier Herrmann König Walter Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Vogel Yılmaz Nowak"),
		cities: in("Europe/Berlin", "Berlin", "Hamburg", "München", "Köln", "Frankfurt am Main", "Stuttgart", "Leipzig", "Dresden", "Freiburg", "Bremen"),
		phone:  func(n uint64) string { return "+4917604069" + decimals(n%100, 3) },
	},
	{
		code: "GB", locale: "en-GB", share: 0.20,
		first:  words("Oliver Amelia George Olivia Harry Isla Jack Ava Charlie Emily Thomas Sophie James Grace William Lily Daniel Jessica Samuel Charlotte Joseph Poppy Henry Ella Oscar Freya Adam Hannah Callum Megan Aisha Mohammed Priya Nigel Margaret"),
		last:   words("Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White Roberts Green Hall Wood Jackson Clarke Hughes Edwards Khan Lewis Turner Cooper Hill Ward Moore Baker Harrison Scott Morris Campbell"),
		cities: in("Europe/London", "London", "Manchester", "Bristol", "Leeds", "Edinburgh", "Glasgow", "Cardiff", "Belfast", "Sheffield", "Brighton"),
		phone:  func(n uint64) string { return "+447700900" + decimals(n, 3) },
	},
	{
		code: "US", locale: "en-US", share: 0.24,
		first: words("Liam Emma Noah Olivia James Ava Ethan Sophia Mason Isabella Logan Mia Lucas Harper Jackson Evelyn Aiden Abigail Carter Emily Owen Madison Wyatt Chloe Grayson Camila Luke Aria Diego Sofia Jayden Layla Tyrone Keisha Wei Mei Bob Linda"),
		last:  words("Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Nguyen Chen"),
		cities: append(append(append(in("America/New_York", "New York", "Boston", "Atlanta", "Philadelphia", "Miami"),
			in("America/Chicago", "Chicago", "Austin", "Minneapolis", "Nashville")...),
			in("America/Denver", "Denver", "Salt Lake City", "Boulder")...),
			in("America/Los_Angeles", "Los Angeles", "San Francisco", "Seattle", "Portland", "San Diego")...),
		phone: func(n uint64) string { return "+1" + areas[n/100%uint64(len(areas))] + "55501" + decimals(n, 2) },
	},
	{
		code: "FR", locale: "fr-FR", share: 0.12,
		first:  words("Camille Lucas Léa Hugo Manon Louis Chloé Gabriel Inès Raphaël Emma Arthur Jade Jules Louise Adam Alice Nathan Sarah Ethan Zoé Paul Juliette Antoine Margaux Thomas Élise Maxime Fatima Karim Colette Gérard"),
		last:   words("Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefèvre Faure André Mercier Blanc"),
		cities: in("Europe/Paris", "Paris", "Lyon", "Marseille", "Toulouse", "Nantes", "Bordeaux", "Lille", "Strasbourg", "Grenoble"),
		phone:  func(n uint64) string { return "+3363998" + decimals(n, 4) },
	},
	{
		code: "SE", locale: "sv-SE", share: 0.06,
		first:  words("Alice Elsa Astrid Maja Ebba Wilma Saga Freja Lucas Liam William Elias Hugo Oscar Axel Nils Karin Lars Anders Ingrid Björn Åsa"),
		last:   words("Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Pettersson Jonsson Jansson Hansson Bengtsson Lindberg Sjöberg Åkesson"),
		cities: in("Europe/Stockholm", "Stockholm", "Göteborg", "Malmö", "Uppsala", "Umeå"),
		phone:  func(n uint64) string { return "+4670174" + decimals(605+n%95, 4) },
	},
	{
		code: "IE", locale: "en-IE", share: 0.04,
		first:  words("Conor Aoife Seán Ciara Patrick Niamh Cian Saoirse Oisín Róisín Liam Sinéad Darragh Orla Eoin Gráinne"),
		last:   words("Murphy Kelly O'Sullivan Walsh Smith O'Brien Byrne Ryan O'Connor O'Neill O'Reilly Doyle McCarthy Gallagher Doherty Kennedy"),
		cities: in("Europe/Dublin", "Dublin", "Cork", "Galway", "Limerick"),
		phone:  func(n uint64) string { return "+3532091" + decimals(n, 5) },
	},
	{
		code: "IN", locale: "en-IN", share: 0.04,
		first:  words("Aarav Ananya Vihaan Diya Aditya Isha Arjun Saanvi Rohan Kavya Vikram Meera Rahul Pooja Sanjay Lakshmi"),
		last:   words("Sharma Patel Singh Kumar Gupta Reddy Iyer Nair Mehta Joshi Das Rao Kapoor Chatterjee Verma Pillai"),
		cities: in("Asia/Kolkata", "Mumbai", "Bengaluru", "Delhi", "Chennai", "Pune"),
		phone:  nil, // no range is kept for fiction
	},
}

// areas are codes of the North American plan; with 555-01XX each gives a hundred numbers.
var areas = words("201 202 206 212 213 214 215 216 303 305 310 312 313 314 317 323 404 408 410 412 414 415 416 503 504 510 512 602 610 612 614 615 617 619 626 702 703 704 713 714 716 718 720 757 770 773 801 802 804 805 808 816 818 832 856 858 901 904 907 913 914 916 917 919 925 949 954 972 973")

func decimals(v uint64, width int) string {
	b := make([]byte, width)
	for i := width - 1; i >= 0; i-- {
		b[i] = byte('0' + v%10)
		v /= 10
	}
	return string(b)
}

var plainLetters = strings.NewReplacer(
	"ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "é", "e", "è", "e", "ê", "e", "ë", "e", "ï", "i", "í", "i", "ı", "i", "ô", "o", "ó", "o",
	"á", "a", "â", "a", "à", "a", "å", "a", "ç", "c", "É", "e", "Ö", "oe", "Å", "a", "'", "", " ", "",
)

// ascii is a name as it stands in an e-mail address.
func ascii(name string) string { return strings.ToLower(plainLetters.Replace(name)) }
