package dummy

// product is something the demo shop sells: outdoor and everyday clothing and gear.
type product struct {
	name     string
	category int
	cents    int64
}

const categories = 8

var categoryNames = [categories]string{"shoes", "jackets", "base-layers", "trousers", "bags", "camping", "bottles", "accessories"}

var catalogue = []product{
	{"Trail Runner 2", 0, 12900}, {"Alpine Hiking Boot", 0, 18900}, {"Approach Shoe", 0, 14900}, {"Barefoot Trainer", 0, 9900},
	{"River Sandal", 0, 6900}, {"Winter Boot Insulated", 0, 21900}, {"Road Runner Light", 0, 11900}, {"Camp Slipper", 0, 3900},
	{"Rain Shell 3L", 1, 24900}, {"Down Jacket 800", 1, 29900}, {"Fleece Pullover", 1, 7900}, {"Windbreaker Ultralight", 1, 8900},
	{"Softshell Hooded", 1, 15900}, {"Parka Expedition", 1, 42000}, {"Running Vest", 1, 6900}, {"Rain Poncho", 1, 3900},
	{"Merino Base Layer Long", 2, 7900}, {"Merino T-Shirt 150", 2, 5900}, {"Merino Leggings", 2, 7400}, {"Sports Bra Medium", 2, 4500},
	{"Running Tee", 2, 2900}, {"Trail Shorts", 2, 4900}, {"Merino Briefs", 2, 2900}, {"Quick-Dry Polo", 2, 3900},
	{"Trekking Trousers Zip-Off", 3, 8900}, {"Softshell Trousers", 3, 11900}, {"Rain Trousers", 3, 6900}, {"Climbing Pants", 3, 7900},
	{"Running Tights", 3, 5900}, {"Ski Pants", 3, 17900}, {"Hiking Skirt", 3, 5400}, {"Bike Shorts Padded", 3, 6400},
	{"Daypack 20 L", 4, 6900}, {"Trekking Pack 55 L", 4, 18900}, {"Roll-Top Commuter Bag", 4, 10900}, {"Hip Pack", 4, 3400},
	{"Duffel 40 L", 4, 8900}, {"Running Vest Pack 8 L", 4, 9900}, {"Dry Bag 10 L", 4, 1900}, {"Kids' Backpack", 4, 3900},
	{"Two-Person Tent", 5, 32900}, {"Sleeping Bag -5 °C", 5, 19900}, {"Inflatable Mat", 5, 8900}, {"Gas Stove", 5, 4900},
	{"Titanium Pot 900 ml", 5, 5400}, {"Head Torch 400 lm", 5, 4400}, {"Hammock", 5, 5900}, {"Folding Chair", 5, 7900},
	{"Steel Bottle 750 ml", 6, 2900}, {"Insulated Mug", 6, 2400}, {"Soft Flask 500 ml", 6, 1600}, {"Water Filter", 6, 3900},
	{"Thermos 1 L", 6, 3900}, {"Wool Socks", 7, 1700}, {"Running Socks 3-Pack", 7, 2400}, {"Beanie", 7, 2200},
	{"Sun Cap", 7, 2400}, {"Liner Gloves", 7, 1900}, {"Trekking Poles Carbon", 7, 11900}, {"Gaiters", 7, 4400}, {"Shoe Care Kit", 7, 1500},
}

var byCategory = func() (out [categories][]int) {
	for i, p := range catalogue {
		out[p.category] = append(out[p.category], i)
	}
	return out
}()

var searches = []string{
	"rain jacket", "hiking boots", "merino", "tent 2 person", "socks", "backpack 30l", "sale", "trail shoes", "down jacket", "gift card",
	"water bottle", "kids", "waterproof trousers", "head torch", "sleeping bag", "gloves", "size guide", "running shorts",
}

var pages = []string{"/", "/new", "/sale", "/journal/packing-list", "/journal/layering", "/stores", "/delivery", "/returns", "/account", "/size-guide"}

// pageProperties are made once: most events are page views.
var pageProperties, categoryProperties, searchProperties = asProperties("path", pages), asProperties("path", func() (out []string) {
	for _, c := range categoryNames {
		out = append(out, "/c/"+c)
	}
	return out
}()), asProperties("query", searches)

func asProperties(key string, values []string) (out [][]byte) {
	for _, v := range values {
		out = append(out, []byte(`{"`+key+`": "`+v+`"}`))
	}
	return out
}
