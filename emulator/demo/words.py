"""Word lists that the demo assistant reads messages with. All entries are folded (see ``destinations.fold``)."""

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]  # index 0 is January

MONTH_WORDS = {
    **{name.lower(): number for number, name in enumerate(MONTHS, 1)},
    **{
        word: number
        for number, words in enumerate(
            (
                "jan januar januari janvier enero janeiro gennaio styczen styczniu",
                "feb februar februari fevrier febrero fevereiro febbraio luty lutym",
                "marz maerz maart mars marzo marco marzec marcu",
                "apr avril abril aprile kwiecien kwietniu",
                "mai mei mayo maio maggio maj maju",
                "jun juni juin junio junho giugno czerwiec czerwcu",
                "jul juli juillet julio julho luglio lipiec lipcu",
                "aug augustus aout agosto sierpien sierpniu",
                "sep sept septembre septiembre setembro settembre wrzesien wrzesniu",
                "oct okt oktober octobre octubre outubro ottobre pazdziernik pazdzierniku",
                "nov novembre noviembre novembro listopad listopadzie",
                "dec dez dezember decembre diciembre dezembro dicembre grudzien grudniu",
            ),
            1,
        )
        for word in words.split()
    },
}

NUMBERS = {
    **{
        word: number
        for number, word in enumerate(
            [
                "one",
                "two",
                "three",
                "four",
                "five",
                "six",
                "seven",
                "eight",
                "nine",
                "ten",
                "eleven",
                "twelve",
                "thirteen",
                "fourteen",
            ],
            1,
        )
    },
    **{
        word: number
        for number, words in enumerate(
            (
                "a an ein eine einen un une uno una um uma jeden",
                "zwei deux dos dois due twee dwa",
                "drei trois tres tre drie trzy",
                "vier quatre cuatro quatro quattro cztery",
                "funf cinq cinco cinque vijf piec",
                "sechs six seis sei zes szesc",
                "sieben sept siete sete sette zeven siedem",
                "acht huit ocho oito otto osiem",
            ),
            1,
        )
        for word in words.split()
    },
}

DAY_UNITS = ["days?", "day's", "tage?", "tagen", "jours?", "dias?", "giorn[io]", "dagen", "dni", "dzien"]
WEEK_UNITS = ["weeks?", "wochen?", "semaines?", "semanas?", "settiman[ae]", "weken", "tygodni(?:e|a)?", "tydzien"]
NIGHT_UNITS = ["nights?", "nachte?", "nuits?", "noches?", "noites?", "notti", "nachten", "noce", "nocy"]

COUNTRY_WORDS = {
    "usa": "United States", "u.s.": "United States", "the states": "United States", "america": "United States",
    "uk": "United Kingdom", "britain": "United Kingdom", "great britain": "United Kingdom",
    "england": "United Kingdom", "holland": "Netherlands", "turkey": "Türkiye", "turkei": "Türkiye",
    "emirates": "United Arab Emirates", "uae": "United Arab Emirates", "czech republic": "Czechia",
    "korea": "South Korea", "italien": "Italy", "italie": "Italy", "italia": "Italy", "spanien": "Spain",
    "espagne": "Spain", "espana": "Spain", "frankreich": "France", "francia": "France", "japon": "Japan",
    "griechenland": "Greece", "grece": "Greece", "grecia": "Greece", "deutschland": "Germany",
    "allemagne": "Germany", "alemania": "Germany", "osterreich": "Austria", "polska": "Poland",
    "polen": "Poland", "bali and java": "Indonesia",
}  # fmt: skip

CONTINENT_WORDS = {
    "europe": "Europe", "european": "Europe", "asia": "Asia", "asian": "Asia", "africa": "Africa",
    "african": "Africa", "north america": "North America", "central america": "North America",
    "south america": "South America", "latin america": "South America", "oceania": "Oceania",
    "down under": "Oceania", "middle east": "Asia",
}  # fmt: skip

CURRENCY_SIGNS = {
    "US$": "USD", "CA$": "CAD", "C$": "CAD", "AU$": "AUD", "A$": "AUD", "NZ$": "NZD", "HK$": "HKD",
    "S$": "SGD", "R$": "BRL", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₩": "KRW",
    "฿": "THB", "₺": "TRY", "₫": "VND",
}  # fmt: skip

CURRENCY_WORDS = {
    "dollars": "USD", "dollar": "USD", "bucks": "USD", "euros": "EUR", "euro": "EUR", "pounds": "GBP",
    "quid": "GBP", "yen": "JPY", "francs": "CHF", "rupees": "INR", "zloty": "PLN", "zl": "PLN",
    "australian dollars": "AUD", "canadian dollars": "CAD", "us dollars": "USD",
}  # fmt: skip

DIETS = {
    "vegan": r"vegan(?:s|e|en|o|a|os|as)?|vegetalien\w*|wegan\w+",
    "vegetarian": r"vegetarians?|veggies?|veggie|vegetarisch\w*|vegetarier\w*|vegetarien\w*|vegetarian[oaie]s?"
    r"|wegetari\w+|ベジタリアン|素食\w*",
    "pescatarian": r"pesc[ae]tarians?",
    "gluten-free": r"gluten[- ]?free|glutenfrei|sans gluten|sin gluten|senza glutine|coeliacs?|celiacs?",
    "dairy-free": r"dairy[- ]?free|lactose[- ](?:free|intoleran\w+)|laktosefrei",
    "halal": r"halal",
    "kosher": r"kosher|koscher|casher",
}

NEEDS = {
    "wheelchair": r"wheel-?chairs?|rollstuhl\w*|step[- ]free|silla de ruedas|fauteuil roulant|limited mobility"
    r"|mobility (?:issues?|problems?|impair\w+)|cannot walk far|can't walk far|walks? with a (?:stick|cane|walker)",
    "few stairs": r"bad knees?|avoid (?:stairs|steps|steep)|few(?:er)? stairs|strollers?|prams?|buggy",
}

INTERESTS = {
    "art": (r"arts?|galler(?:y|ies)|paintings?|kunst", ("gallery",)),
    "museums": (r"museums?|museen", ("museum", "gallery")),
    "history": (
        r"histor(?:y|ic|ical)|ruins?|ancient|archaeolog\w*|castles?|palaces?",
        ("ruins", "palace", "monument"),
    ),
    "churches and temples": (r"temples?|church(?:es)?|shrines?|mosques?|cathedrals?", ("religious",)),
    "food": (r"food(?:ie)?s?|eating|cuisine|gastronom\w*|culinary|markets?|wine", ("food", "market")),
    "hiking": (r"hik(?:e|es|ing)|trek\w*|walks? in nature|nature|outdoors?|wildlife|mountains?", ("nature", "park")),
    "beaches": (r"beach(?:es)?|swim\w*|seaside|strand|sunbath\w*", ("beach",)),
    "nightlife": (r"night ?life|bars?|clubs?|parties|partying|party(?! of)|pubs?", ("nightlife",)),
    "shopping": (r"shop(?:s|ping)?|souvenirs?", ("market", "quarter")),
    "theatre and music": (r"theat(?:re|er)s?|concerts?|opera|live music|musicals?", ("show",)),
    "views and photography": (r"photo\w*|views?|viewpoints?|sunsets?|instagram\w*", ("viewpoint",)),
    "spas": (r"spas?|wellness|hot springs?|hammams?|onsens?", ("wellness",)),
    "gardens": (r"gardens?|parks?", ("park",)),
}

LANGUAGE_WORDS = {
    "German": "ich wir und fur nach tage tagen mochte mochten reise bitte mit der die das ist ein eine im urlaub",
    "French": "je nous pour jours avec voyage voudrais bonjour merci les des et dans une mon notre sommes suis",
    "Spanish": "hola dias para con viaje quiero queremos por favor gracias los las y una estoy somos soy",
    "Portuguese": "ola dias para com viagem quero queremos por favor obrigado obrigada os uma estou somos sou em",
    "Italian": "ciao giorni per con viaggio vorrei vorremmo grazie gli una siamo sono in di il",
    "Dutch": "ik wij dagen voor met reis graag naar het een dank wil willen",
    "Polish": "dni dla chce chcemy podroz prosze jestem dzien dobry dziekuje w na z",
}

ENGLISH_WORDS = "the and for with days day trip in to a an of is are we i you what plan my me please how about it"
