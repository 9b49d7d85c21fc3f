"""Number words and units: the tables that `figures` reads numbers with."""

from __future__ import annotations

from fractions import Fraction

ONES = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen".split()
    )
}
TENS = {
    word: value * 10
    for value, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
SCALES = {
    "dozen": 12,
    "hundred": 100,
    "thousand": 10**3,
    "lakh": 10**5,
    "million": 10**6,
    "crore": 10**7,
    "billion": 10**9,
    "trillion": 10**12,
    "mln": 10**6,
    "bln": 10**9,
}
# Written against digits: $2.4m, 30k. A metre and a kilometre begin with the same letters.
SUFFIXES = {
    "k": 10**3,
    "m": 10**6,
    "mn": 10**6,
    "mm": 10**6,
    "mio": 10**6,
    "b": 10**9,
    "bn": 10**9,
    "t": 10**12,
    "tn": 10**12,
    "trn": 10**12,
}
ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
        "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth "
        "twentieth".split(),
        start=1,
    )
} | {
    "thirtieth": 30,
    "fortieth": 40,
    "fiftieth": 50,
    "sixtieth": 60,
    "seventieth": 70,
    "eightieth": 80,
    "ninetieth": 90,
    "hundredth": 100,
    "thousandth": 1000,
}
# What says an ordinal in other words.
ORDINAL_WORDS = {
    "maiden": 1,
    "debut": 1,
    "inaugural": 1,
    "firstly": 1,
    "initial": 1,
    "initially": 1,
    "another": 2,
    "secondly": 2,
    "runner": 2,
    "again": 2,
}
FRACTIONS = {
    "half": Fraction(1, 2),
    "halves": Fraction(1, 2),
    "third": Fraction(1, 3),
    "quarter": Fraction(1, 4),
    "fourth": Fraction(1, 4),
    "fifth": Fraction(1, 5),
    "sixth": Fraction(1, 6),
    "seventh": Fraction(1, 7),
    "eighth": Fraction(1, 8),
    "ninth": Fraction(1, 9),
    "tenth": Fraction(1, 10),
}
VULGAR = {
    "½": Fraction(1, 2),
    "¼": Fraction(1, 4),
    "¾": Fraction(3, 4),
    "⅓": Fraction(1, 3),
    "⅔": Fraction(2, 3),
    "⅛": Fraction(1, 8),
}
TIMES = {"twice": 2, "thrice": 3, "double": 2, "doubled": 2, "doubling": 2, "doubles": 2} | {
    word: value
    for stem, value in (("tripl", 3), ("quadrupl", 4))
    for word in (f"{stem}e", f"{stem}ed", f"{stem}es", f"{stem}ing")
}
NOTHING = frozenset("no none nil nobody nothing".split())
# "dozens of people": carried by the same word, or by a number within [lowest, highest).
VAGUE = {
    "dozens": (24, 200),
    "hundreds": (200, 2_000),
    "thousands": (2_000, 10**6),
    "millions": (2 * 10**6, 10**9),
    "billions": (2 * 10**9, 10**12),
    "trillions": (2 * 10**12, 10**15),
}
DECADES = {
    f"{word.removesuffix('y')}ies": value for word, value in TENS.items()
}  # the nineties, in her thirties

_CURRENCY_WORDS = {
    "$": "$ dollar dollars usd us$ buck bucks",
    "€": "€ euro euros eur",
    "£": "£ gbp sterling quid",
    "¥": "¥ yen jpy",
    "cn¥": "yuan renminbi rmb cny",
    "₽": "₽ rouble roubles ruble rubles rub",
    "₹": "₹ rupee rupees inr rs",
    "₩": "₩ krw",
    "₺": "₺ lira liras try",
    "₴": "₴ hryvnia hryvnias uah",
    "¢": "¢ cent cents",
    "fr": "franc francs chf",
    "peso": "peso pesos mxn",
    "kr": "krona kronor krone kroner sek nok dkk",
    "real": "reais brl",
    "rand": "rand zar",
    "riyal": "riyal riyals sar",
    "dirham": "dirham dirhams aed",
    "shekel": "shekel shekels ils",
    "a$": "aud au$",
    "c$": "cad ca$",
    "nz$": "nzd",
    "hk$": "hkd",
    "s$": "sgd",
}
CURRENCIES = {word: unit for unit, line in _CURRENCY_WORDS.items() for word in line.split()}
CURRENCY_MARKS = frozenset("$€£¥₽₹₩₺₴¢")
# Letters before a dollar sign, and whose dollar it is.
DOLLARS = {
    "us": "$",
    "a": "a$",
    "au": "a$",
    "c": "c$",
    "ca": "c$",
    "nz": "nz$",
    "hk": "hk$",
    "s": "s$",
}

_MEASURE_WORDS = {
    "year": "year years yr yrs",
    "month": "month months",
    "week": "week weeks",
    "day": "day days",
    "hour": "hour hours hr hrs",
    "minute": "minute minutes min mins",
    "second": "seconds sec secs",
    "mile": "mile miles mi",
    "kilometre": "kilometer kilometers kilometre kilometres km kms",
    "metre": "meter meters metre metres m",
    "centimetre": "centimeter centimeters centimetre centimetres cm",
    "foot": "foot feet ft",
    "inch": "inch inches",
    "yard": "yard yards",
    "pound": "pound pounds lb lbs",
    "kilogram": "kilogram kilograms kilo kilos kg",
    "gram": "gram grams g",
    "ton": "ton tons tonne tonnes",
    "ounce": "ounce ounces oz",
    "degree": "degree degrees ° °c °f",
    "acre": "acre acres",
    "hectare": "hectare hectares",
    "litre": "liter liters litre litres",
    "gallon": "gallon gallons",
    "barrel": "barrel barrels",
    "mph": "mph",
    "km/h": "kph kmh",
    "megawatt": "megawatt megawatts mw",
    "gigawatt": "gigawatt gigawatts gw",
    "kilowatt": "kilowatt kilowatts kw",
    "am": "am",
    "pm": "pm",
}
MEASURES = {word: unit for unit, line in _MEASURE_WORDS.items() for word in line.split()}
MEASURE_UNITS = frozenset(MEASURES.values())
# "pounds" are money or weight.
BOTH_UNITS = {"pound": ("£", "pound"), "pounds": ("£", "pound")}
